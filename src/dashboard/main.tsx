import './style/tokens.css';
import './style/base.css';
import './style/controls.css';
import './style/shell.css';
import './style/lists.css';
import './style/records.css';
import './style/plugin.css';
import './style/history.css';
import './style/usage.css';
import './style/system.css';
import './style/chart.css';
import './style/forms.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
