import { render } from 'preact';
import { App } from './app.js';
import { startEngine } from './state/engine.js';
import './styles/base.css';
import './styles/layout.css';
import './styles/components.css';

render(<App />, document.getElementById('app')!);
void startEngine();
