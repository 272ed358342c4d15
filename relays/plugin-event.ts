import type { Channel, PluginId } from '../src/core/ids.ts';

interface Origin {
  readonly plugin: PluginId;
  readonly channel: Channel;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly time: number;
}

/** Files a plugin found. Also published as a `PluginEvent` of kind `discovery`. */
export interface Discovery extends Origin {
  readonly paths: readonly string[];
  /** What is known about each, in the order of `paths`; empty when the plugin gave none. */
  readonly details: readonly unknown[];
}

/** What a plugin tells the host application, validated. */
export type PluginEvent =
  | (Discovery & { readonly kind: 'discovery' })
  | (Origin & { readonly kind: 'log'; readonly message: string })
  | (Origin & {
      readonly kind: 'refresh-timeline';
      readonly reason: string;
      readonly paths: readonly string[];
    })
  | (Origin & { readonly kind: 'custom'; readonly payload: unknown });
