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
  // What a plugin stores is counted where it changes, so that no way of changing it goes uncounted, and never by adding up all of it.
  `create table storage_usage (plugin text primary key, bytes integer not null) strict, without rowid;
   create trigger storage_item_added after insert on storage_items begin
     insert into storage_usage
       values (new.plugin, 64 + octet_length(new.space) + octet_length(new.key) + octet_length(new.value))
       on conflict (plugin) do update set bytes = bytes + excluded.bytes;
   end;
   create trigger storage_item_changed after update on storage_items begin
     update storage_usage set bytes = bytes + octet_length(new.value) - octet_length(old.value)
       where plugin = new.plugin;
   end;
   create trigger storage_item_removed after delete on storage_items begin
     update storage_usage
       set bytes = bytes - 64 - octet_length(old.space) - octet_length(old.key) - octet_length(old.value)
       where plugin = old.plugin;
   end;
   create trigger storage_element_added after insert on storage_elements begin
     insert into storage_usage
       values (new.plugin, 64 + octet_length(new.space) + octet_length(new.collection) + octet_length(new.value))
       on conflict (plugin) do update set bytes = bytes + excluded.bytes;
   end;`,
  // What stands in the config under an id, or stood there last; no artifact is one that nobody saw.
  `create table storage_occupants (
     plugin text primary key, config text not null, artifact text, is_gone integer not null
   ) strict, without rowid;`,
];
