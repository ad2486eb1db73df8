import { EngineBar } from './components/engine-bar.js';
import { PreparedCard } from './components/prepared-card.js';
import { ThemeSwitch } from './components/theme-switch.js';
import { isBusy } from './state/progress.js';
import { settingsProblem } from './state/settings.js';
import { ChatStep } from './steps/chat-step.js';
import { GenerateStep } from './steps/generate-step.js';
import { JudgeStep } from './steps/judge-step.js';
import { PpoStep } from './steps/ppo-step.js';
import { PretrainStep } from './steps/pretrain-step.js';
import { RewardStep } from './steps/reward-step.js';
import { SftStep } from './steps/sft-step.js';
import { TextStep } from './steps/text-step.js';
import { TokensStep } from './steps/tokens-step.js';

export function App() {
  return (
    <>
      <main class="page">
        <header class="masthead">
          <div>
            <h1>Train a small ChatGPT in this tab</h1>
            <p>
              From a text to a model that answers as you like it, in nine steps. Everything is computed on your machine;
              nothing is uploaded.
            </p>
          </div>
          <ThemeSwitch />
        </header>
        {settingsProblem && (
          <p class="problem" role="alert">
            {settingsProblem}
          </p>
        )}
        <PreparedCard />
        <TextStep locked={isBusy.value} />
        <TokensStep locked={isBusy.value} />
        <PretrainStep />
        <GenerateStep />
        <SftStep />
        <JudgeStep />
        <RewardStep />
        <PpoStep />
        <ChatStep />
      </main>
      <EngineBar />
    </>
  );
}
