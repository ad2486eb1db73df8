import { useState } from 'preact/hooks';

const themes = { auto: 'Auto', light: 'Light', dark: 'Dark' } as const;
type Theme = keyof typeof themes;
const KEY = 'ashlar.theme';

function apply(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function stored(): Theme {
  const value = localStorage.getItem(KEY) ?? 'auto';
  return value in themes ? (value as Theme) : 'auto';
}

apply(stored());

export function ThemeSwitch() {
  const [theme, setTheme] = useState(stored);
  const choose = (next: Theme) => {
    localStorage.setItem(KEY, next);
    apply(next);
    setTheme(next);
  };
  return (
    <label class="field">
      <span>Colours</span>
      <select value={theme} onChange={(event) => choose(event.currentTarget.value as Theme)}>
        {Object.entries(themes).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}
