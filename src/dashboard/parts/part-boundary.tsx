import { Component, type ReactNode } from 'react';

/**
 * Stands where a part of the page could not be loaded or drawn, so that the rest stays: its code was asked for while the runtime
 * was away, or is that of another version.
 */
export class PartBoundary extends Component<
  { readonly children: ReactNode },
  { readonly isBroken: boolean }
> {
  override state = { isBroken: false };

  static getDerivedStateFromError(): { readonly isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): ReactNode {
    if (!this.state.isBroken) return this.props.children;
    return (
      <div className="notice notice-error" role="alert">
        <p>This part of the page could not be loaded.</p>
        <p className="hint">The runtime was away, or is of another version than the page by now.</p>
        <button type="button" className="button" onClick={() => location.reload()}>
          Load the page again
        </button>
      </div>
    );
  }
}
