// Starts the page.
import './look/tokens.css';
import './look/page.css';
import './look/chart.css';
import './screens/now/look.css';
import './screens/services/look.css';
import './screens/rules/look.css';
import './screens/topology/look.css';
import './screens/jobs/look.css';
import './screens/alerts/look.css';
import './screens/traces/look.css';
import { render } from 'preact';
import { applyTheme } from './look/theme.ts';
import { Page } from './page.tsx';
import { printTexts } from './text/printable.ts';

applyTheme();
printTexts();
const root = document.getElementById('page');
if (root) render(<Page />, root);
