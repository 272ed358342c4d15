import type { PluginEntry } from '../../src/config/document.ts';
import type { Capabilities, HostEvent, Wiring, WiringRequest } from '../../src/ports/capabilities.ts';

/** Capabilities that do nothing and remember whom they were wired to. */
export class FakeCapabilities implements Capabilities {
  readonly offered = ['signalbox:plugin/log', 'signalbox:plugin/config'];
  readonly wirings: FakeWiring[] = [];

  wire(request: WiringRequest): Wiring {
    const wiring = new FakeWiring(request, () => this.wirings.splice(this.wirings.indexOf(wiring), 1));
    this.wirings.push(wiring);
    return wiring;
  }
}

export class FakeWiring implements Wiring {
  readonly request: WiringRequest;
  readonly imports = {};
  entry: PluginEntry;
  readonly #onDispose: () => void;

  constructor(request: WiringRequest, onDispose: () => void) {
    this.request = request;
    this.entry = request.entry;
    this.#onDispose = onDispose;
  }

  /** Something the guest subscribed to happened. */
  deliver(event: HostEvent): void {
    this.request.deliver(event);
  }

  updateConfig(entry: PluginEntry): void {
    this.entry = entry;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#onDispose();
  }
}
