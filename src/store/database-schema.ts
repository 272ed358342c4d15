/** Forward steps, in order; a database that has taken the first n has `user_version` n. A step is never changed, only followed by another. */
export const migrations: readonly string[] = [
  `create table storage_items (
     plugin text not null, space text not null, key text not null, value blob not null,
     primary key (plugin, space, key)
   ) strict, without rowid;
   create table storage_elements (
     plugin text not null, space text not null, collection text not null, number integer not null, value blob not null,
     primary key (plugin, space, collection, number)
   ) strict, without rowid;
   create table lease_usage (
     plugin text not null, lease text not null, calls integer not null, bytes integer not null,
     primary key (plugin, lease)
   ) strict, without rowid;
   create table approved_wants (
     plugin text not null, permission text not null, version text not null, approved_at integer not null,
     primary key (plugin, permission)
   ) strict, without rowid;`,
];
