import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from 'react';

export interface Toast {
  readonly text: string;
  readonly tone: 'fine' | 'bad';
}

const shownMs = 6_000;
const maxShown = 4;

const ToastContext = createContext<(toast: Toast) => void>(() => {});

/** Says something in passing; screen readers hear it too. */
export function useToast(): (toast: Toast) => void {
  return useContext(ToastContext);
}

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly (Toast & { readonly key: number })[]>([]);
  const count = useRef(0);
  const show = useCallback((toast: Toast): void => {
    count.current += 1;
    const key = count.current;
    setToasts((before) => [...before, { ...toast, key }].slice(-maxShown));
    setTimeout(() => setToasts((before) => before.filter((each) => each.key !== key)), shownMs);
  }, []);
  return (
    <ToastContext value={show}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map(({ key, text, tone }) => (
          <p key={key} className={`toast toast-${tone}`}>
            {text}
          </p>
        ))}
      </div>
    </ToastContext>
  );
}
