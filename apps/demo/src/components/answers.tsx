import type { ChatStage } from '../engine/model-stages.js';
import type { Examined } from '../engine/protocol.js';
import { stageNames } from './stage-names.js';

/** The same held-out questions, answered by the models of several stages. */
export function Answers({ examined }: { examined: Partial<Record<ChatStage, Examined>> }) {
  const stages = Object.keys(examined) as ChatStage[];
  const questions = examined[stages[0]!]?.shown ?? [];
  return (
    <ul class="answers" data-testid="answers">
      {questions.map(({ prompt }, i) => (
        <li key={prompt}>
          <p class="question">{prompt}</p>
          <dl>
            {stages.map((stage) => {
              const { answer, exact } = examined[stage]!.shown[i]!;
              return (
                <div key={stage}>
                  <dt>{stageNames[stage]}</dt>
                  <dd>
                    {answer.trim() || '(nothing)'}{' '}
                    <span class={exact ? 'right' : 'wrong'} role="img" aria-label={exact ? 'right' : 'wrong'}>
                      {exact ? '✓' : '✗'}
                    </span>
                  </dd>
                </div>
              );
            })}
          </dl>
        </li>
      ))}
    </ul>
  );
}
