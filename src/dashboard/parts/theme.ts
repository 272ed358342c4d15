import { useEffect, useState } from 'react';

/** `system` follows what the browser prefers. */
export type Theme = 'system' | 'light' | 'dark';

const themes: readonly Theme[] = ['system', 'light', 'dark'];
const storageKey = 'signalbox.theme';

export function useTheme(): readonly [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(
    () => themes.find((each) => each === localStorage.getItem(storageKey)) ?? 'system',
  );
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
    localStorage.setItem(storageKey, theme);
  }, [theme]);
  const next = (): void => setTheme(themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system');
  return [theme, next];
}
