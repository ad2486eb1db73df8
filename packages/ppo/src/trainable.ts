import { Module, parameters, type LanguageModel } from '@ashlar/nn';
import { AdamW } from '@ashlar/optim';
import type { ValueModel } from './options.js';

/** What is trained and saved; both stay the caller's. */
class PolicyAndValue extends Module {
  constructor(
    readonly policy: LanguageModel,
    readonly value: ValueModel,
  ) {
    super();
  }
}

/** Policy and value as one thing to train, with its optimizer. */
export function trainable({ policy, value }: { policy: LanguageModel; value: ValueModel }) {
  const model = new PolicyAndValue(policy, value);
  const trained = parameters(model);
  return { model, trained, optimizer: new AdamW(trained, { betas: [0.9, 0.999], eps: 1e-5, weightDecay: 0 }) };
}
