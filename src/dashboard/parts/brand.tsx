export function Brand() {
  return (
    <span className="brand">
      <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
        <rect width="32" height="32" rx="8" className="brand-ground" />
        <path d="M9 25V8" className="brand-mast" />
        <path d="M9 9l14 3.5L9 16z" className="brand-arm" />
        <circle cx="9" cy="25" r="2.5" className="brand-foot" />
      </svg>
      Signalbox
    </span>
  );
}
