import { EngineBar } from './components/engine-bar.js';
import { ThemeSwitch } from './components/theme-switch.js';
import { isBusy } from './state/progress.js';
import { GenerateStep } from './steps/generate-step.js';
import { PretrainStep } from './steps/pretrain-step.js';
import { TextStep } from './steps/text-step.js';
import { TokensStep } from './steps/tokens-step.js';

export function App() {
  return (
    <>
      <main class="page">
        <header class="masthead">
          <div>
            <h1>Train a small GPT in this tab</h1>
            <p>
              From a text to a model that writes like it, in four steps. Everything is computed on your machine; nothing
              is uploaded.
            </p>
          </div>
          <ThemeSwitch />
        </header>
        <TextStep locked={isBusy.value} />
        <TokensStep locked={isBusy.value} />
        <PretrainStep />
        <GenerateStep />
      </main>
      <EngineBar />
    </>
  );
}
