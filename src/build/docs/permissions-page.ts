import { limitsSchema } from '../../permissions/limits.ts';
import { type PermissionKind, permissionKinds } from '../../permissions/permission.ts';
import { profilePolicy, profiles } from '../../permissions/profiles.ts';
import { markdownTable } from './schema-table.ts';

/** What the scope of a kind names, and what the kind lets a plugin do. */
const kinds: Readonly<Record<PermissionKind, readonly [scope: string, allows: string]>> = {
  'fs:list': ['a path', 'list a directory and those below'],
  'fs:metadata': ['a path', 'see size, kind and time of what is there'],
  'fs:read': ['a path', 'read files'],
  'fs:write': ['a path', 'write, make and remove files and directories'],
  watch: ['a path', 'hear of changes'],
  'net:request': [
    'an origin',
    'send requests there; see [reaching servers](../how-to/grant-permissions.md#let-a-plugin-reach-a-server)',
  ],
  'relay:publish': ['a channel', 'publish events on it'],
  'storage:read': ['a space', 'read what it keeps there itself'],
  'storage:write': ['a space', 'keep values of its own there'],
  'plugin:call': ['a plugin id', 'call its exports'],
  'env:read': ['a name', 'read that variable'],
  'host:use': ['an interface', 'use what the host application added'],
  'time:read': ['', 'read the clock; in a script also `Date` and `performance`'],
  random: ['', 'get random bytes; in a script also `crypto`, and `Math.random` that nobody can foretell'],
  metrics: ['', 'report figures of its own, at most 100 series'],
  log: ['', 'write log lines'],
};

export function permissionsPage(): string {
  const permissions = keysOf(permissionKinds).map((kind) => {
    const [names, allows] = kinds[kind];
    return [permissionKinds[kind].scope ? `\`${kind}:<scope>\`` : `\`${kind}\``, names, allows];
  });
  const limits = keysOf(limitsSchema.properties).map((name) => [
    `\`${name}\``,
    ...keysOf(profiles).map((profile) => profiles[profile].limits[name].toLocaleString('en')),
    descriptionOf(limitsSchema.properties[name]),
  ]);
  const profileRows = keysOf(profiles).map((name) => {
    const allowed = profilePolicy(name).layers.flatMap(({ allow = [] }) =>
      allow.map(({ text }) => `\`${text}\``),
    );
    return [`\`${name}\``, profiles[name].purpose, allowed.join(', ') || 'everything'];
  });
  return `# Permissions and limits

A permission is \`domain:action[:scope]\`. A plugin may do what its manifest asks for *and* its policy allows *and* its entry grants. Paths are relative to
the config file, or absolute; a path grants what is below it too. An origin is scheme, host and port;
\`https://*.example.com\` grants all names below, and not \`example.com\`. In a manifest the scope may be \`*\`: the operator decides.

${markdownTable(['permission', 'scope', 'lets a plugin'], permissions)}

\`plugin:call\` can be granted and is of no use yet: no interface of this version offers it.

Whatever \`fs:write\` covers, no plugin writes the config file, the state folder, the artifact of any entry, code beside a script that has
no folder of its own, or a file called \`plugin.toml\`.

## Profiles

A profile is a policy that comes with Signalbox: permissions it allows, and limits. \`[signalbox] profile\` chooses one for all entries,
\`policy\` in an entry one for that entry; \`[policies.<name>]\` makes one of your own, which narrows its \`base\`.

${markdownTable(['profile', 'for', 'allows'], profileRows)}

Patterns of policies are \`*\`, a domain \`fs:*\`, a kind \`net:request\`, or a permission. A path holds for what is below it; what is
denied is denied in upper and lower case.

## Limits

The lowest of policy, manifest and entry wins, for each limit alone.

${markdownTable(['limit', ...keysOf(profiles).map((name) => `\`${name}\``), 'meaning'], limits)}
`;
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): readonly Key[] {
  return Object.keys(record) as Key[];
}

function descriptionOf(schema: object): string {
  return 'description' in schema ? String(schema.description) : '';
}
