/** Who can mend it: the person who wrote the config, the plugin's author, or we and the host application. */
export type Blame = 'user' | 'plugin' | 'host';

interface CatalogueEntry {
  readonly blame: Blame;
  /** `backoff`: the same attempt may succeed later. `never`: it fails until something changes. */
  readonly retry: 'never' | 'backoff';
  readonly summary: string;
}

/** Every code an error of ours can carry. `docs/reference/errors.md` is generated from it. */
export const errorCatalogue = {
  CONFIG_UNREADABLE: {
    blame: 'user',
    retry: 'backoff',
    summary: 'The config file cannot be read or written',
  },
  CONFIG_SYNTAX: { blame: 'user', retry: 'never', summary: 'The config file is not valid TOML' },
  CONFIG_INVALID: {
    blame: 'user',
    retry: 'never',
    summary: 'A table of the config file does not fit its schema',
  },
  CONFIG_ENTRY_INVALID: {
    blame: 'user',
    retry: 'never',
    summary: 'One plugin entry does not fit its schema; the others run',
  },
  CONFIG_TOO_NEW: {
    blame: 'user',
    retry: 'never',
    summary: 'The config file was written for a newer Signalbox',
  },
  CONFIG_CONFLICT: {
    blame: 'user',
    retry: 'backoff',
    summary: 'The config file changed while it was being saved',
  },
  CONFIG_EDIT_REFUSED: {
    blame: 'host',
    retry: 'never',
    summary: 'An edit would have changed more than was asked',
  },
  DISCOVERY_FAILED: {
    blame: 'user',
    retry: 'backoff',
    summary: 'Plugin folders beside the config cannot be looked for, or not all of them',
  },
  WATCH_FAILED: { blame: 'user', retry: 'backoff', summary: 'Changes of files cannot be noticed' },
  ARTIFACT_MISSING: { blame: 'user', retry: 'never', summary: 'The artifact path leads nowhere' },
  ARTIFACT_INVALID: { blame: 'plugin', retry: 'never', summary: 'The artifact is not what it should be' },
  ARTIFACT_NAME_REFUSED: {
    blame: 'plugin',
    retry: 'never',
    summary: 'A name inside the artifact is not allowed',
  },
  ARTIFACT_TOO_LARGE: {
    blame: 'plugin',
    retry: 'never',
    summary: 'The artifact or what is generated from it is over a cap',
  },
  MANIFEST_INVALID: { blame: 'plugin', retry: 'never', summary: 'The plugin.toml does not fit its schema' },
  API_INCOMPATIBLE: {
    blame: 'plugin',
    retry: 'never',
    summary: 'The plugin was made for another version of the plugin API',
  },
  WORLD_MISMATCH: {
    blame: 'plugin',
    retry: 'never',
    summary: 'The plugin does not export what every plugin must',
  },
  IMPORT_UNKNOWN: { blame: 'plugin', retry: 'never', summary: 'The plugin imports what no host offers' },
  IMPORT_UNDECLARED: {
    blame: 'plugin',
    retry: 'never',
    summary: 'The plugin imports what its manifest does not declare',
  },
  SCRIPT_INVALID: {
    blame: 'plugin',
    retry: 'never',
    summary: 'The script does not parse, bundle or evaluate',
  },
  DEPENDENCY_MISSING: {
    blame: 'user',
    retry: 'never',
    summary: 'A plugin this one depends on is absent or too old',
  },
  PERMISSION_INVALID: { blame: 'user', retry: 'never', summary: 'A permission does not follow the grammar' },
  PERMISSION_PENDING: {
    blame: 'user',
    retry: 'never',
    summary:
      'A permission the plugin requires was not granted, or an upgrade asks for more than was approved',
  },
  PERMISSION_FORBIDDEN: {
    blame: 'user',
    retry: 'never',
    summary: 'A permission the plugin requires is forbidden by the policy of its entry',
  },
  PERMISSION_DENIED: {
    blame: 'plugin',
    retry: 'never',
    summary: 'The plugin did what it has no permission for',
  },
  SECRET_UNAVAILABLE: {
    blame: 'user',
    retry: 'never',
    summary: 'A secret of the entry is not where the entry says, or no header can carry it',
  },
  PREPARE_FAILED: { blame: 'plugin', retry: 'never', summary: 'The component cannot be translated' },
  PREPARE_DEADLINE: {
    blame: 'plugin',
    retry: 'never',
    summary: 'Translating the component took too long or too much memory',
  },
  PLUGIN_REFUSED: {
    blame: 'plugin',
    retry: 'backoff',
    summary: 'The plugin answered with an error of its own',
  },
  PLUGIN_CONFIG_REFUSED: {
    blame: 'user',
    retry: 'never',
    summary: 'The plugin does not accept its config table',
  },
  GUEST_TRAPPED: {
    blame: 'plugin',
    retry: 'backoff',
    summary: 'The guest trapped or threw what its contract does not declare',
  },
  CALL_DEADLINE: { blame: 'plugin', retry: 'backoff', summary: 'A call ran longer than its deadline' },
  CALL_ABORTED: { blame: 'host', retry: 'backoff', summary: 'The caller gave up' },
  CALL_INVALID: {
    blame: 'host',
    retry: 'never',
    summary: 'The plugin has no such export, or the arguments do not fit it',
  },
  MAILBOX_FULL: { blame: 'plugin', retry: 'backoff', summary: 'More calls wait than the mailbox holds' },
  MESSAGE_TOO_LARGE: { blame: 'plugin', retry: 'never', summary: 'A message is over the size limit' },
  CELL_LOST: { blame: 'host', retry: 'backoff', summary: 'The process that ran the plugin is gone' },
  CELL_BROKE_PROTOCOL: {
    blame: 'plugin',
    retry: 'backoff',
    summary: 'A cell sent what the protocol does not allow',
  },
  STORE_FAILED: {
    blame: 'user',
    retry: 'backoff',
    summary: 'The database cannot be opened, read or written',
  },
  FUEL_EXHAUSTED: { blame: 'plugin', retry: 'backoff', summary: 'A call used up its instruction budget' },
  MEMORY_EXHAUSTED: {
    blame: 'plugin',
    retry: 'backoff',
    summary: 'The guest failed after its memory could grow no more',
  },
  LIMIT_REACHED: {
    blame: 'plugin',
    retry: 'backoff',
    summary: 'The guest holds or asks for more than a limit allows',
  },
  GUEST_EXITED: { blame: 'plugin', retry: 'backoff', summary: 'The guest ended itself' },
  STACK_EXHAUSTED: { blame: 'plugin', retry: 'backoff', summary: 'The guest recursed deeper than its stack' },
  PLUGIN_UNKNOWN: { blame: 'host', retry: 'never', summary: 'No entry of the config has this id' },
  PLUGIN_NOT_READY: { blame: 'host', retry: 'backoff', summary: 'The plugin is disabled, loading or failed' },
  PLUGIN_EXISTS: { blame: 'user', retry: 'never', summary: 'There is a plugin of this id already' },
  RUNTIME_CLOSED: { blame: 'host', retry: 'never', summary: 'The runtime was closed' },
  ARGUMENT_INVALID: {
    blame: 'user',
    retry: 'never',
    summary: 'A command line or an option does not make sense',
  },
  RUNTIME_ABSENT: {
    blame: 'user',
    retry: 'backoff',
    summary: 'No runtime answers for this config',
  },
  API_UNSERVED: {
    blame: 'user',
    retry: 'never',
    summary: 'The admin API cannot be served as it is configured',
  },
  API_HOST_REFUSED: {
    blame: 'user',
    retry: 'never',
    summary: 'A request names a host or comes from a page the admin API does not answer',
  },
  API_TOKEN_MISSING: {
    blame: 'user',
    retry: 'never',
    summary: 'A request to the admin API carries no token it knows',
  },
  API_SCOPE_MISSING: {
    blame: 'user',
    retry: 'never',
    summary: 'The token of a request does not reach this far',
  },
  API_RATE_LIMITED: { blame: 'user', retry: 'backoff', summary: 'Too many requests to the admin API' },
  API_REQUEST_INVALID: {
    blame: 'user',
    retry: 'never',
    summary: 'A request to the admin API does not fit its schema',
  },
  API_REQUEST_TOO_LARGE: {
    blame: 'user',
    retry: 'never',
    summary: 'The body of a request to the admin API is over its size',
  },
  API_ROUTE_UNKNOWN: { blame: 'user', retry: 'never', summary: 'The admin API has nothing at this path' },
  API_METHOD_REFUSED: {
    blame: 'user',
    retry: 'never',
    summary: 'The admin API has this path, but not by this method',
  },
  API_KEY_REUSED: {
    blame: 'user',
    retry: 'never',
    summary: 'An Idempotency-Key was used for another request before',
  },
  API_KEY_BUSY: {
    blame: 'user',
    retry: 'backoff',
    summary: 'The first request with this Idempotency-Key is under way',
  },
  INTERNAL: {
    blame: 'host',
    retry: 'backoff',
    summary: 'A promise inside Signalbox was broken; please report it',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;
