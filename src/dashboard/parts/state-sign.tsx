import type { Sign } from './signs.ts';

/** A signal by its shape: disc, half disc, octagon, diamond, ring, square. */
export function StateSign({ sign }: { readonly sign: Sign }) {
  return (
    <svg className={`sign sign-${sign}`} viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      {shapes[sign]}
    </svg>
  );
}

const shapes: Readonly<Record<Sign, React.ReactNode>> = {
  ready: <circle cx="8" cy="8" r="6.5" className="fill" />,
  degraded: (
    <>
      <circle cx="8" cy="8" r="6.5" className="fill" />
      <path d="M8 4.5v4.5M8 11v1" className="mark" />
    </>
  ),
  loading: (
    <>
      <circle cx="8" cy="8" r="6" className="line" />
      <path d="M8 2a6 6 0 0 1 0 12z" className="fill" />
    </>
  ),
  waiting: (
    <>
      <path d="M8 1l7 7-7 7-7-7z" className="fill" />
      <path d="M6.4 5.9v4.2M9.6 5.9v4.2" className="mark" />
    </>
  ),
  error: (
    <>
      <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" className="fill" />
      <path d="M5.5 5.5l5 5M10.5 5.5l-5 5" className="mark" />
    </>
  ),
  disabled: <circle cx="8" cy="8" r="6" className="line" />,
  found: <rect x="2.5" y="2.5" width="11" height="11" rx="2" className="line dashed" />,
};
