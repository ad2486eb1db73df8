import { LayerNorm, Linear, Module, normal, parameter, type UnaryModule } from '@ashlar/nn';
import { attention, embedding, gelu, linear, type DropoutRng } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';

const [VOCAB, CONTEXT, HIDDEN, LAYERS, HEADS] = [40, 12, 16, 2, 2];

class Attention extends Module {
  cAttn: UnaryModule = new Linear(HIDDEN, 3 * HIDDEN);
  cProj: UnaryModule = new Linear(HIDDEN, HIDDEN);

  forward(x: tf.Tensor, rng?: DropoutRng): tf.Tensor {
    const [q, k, v] = tf.split(this.cAttn.forward(x, rng), 3, -1) as [tf.Tensor, tf.Tensor, tf.Tensor];
    return this.cProj.forward(attention(q, k, v, { numHeads: HEADS }), rng);
  }
}

class Mlp extends Module {
  cFc: UnaryModule = new Linear(HIDDEN, 4 * HIDDEN);
  cProj: UnaryModule = new Linear(4 * HIDDEN, HIDDEN);

  forward(x: tf.Tensor, rng?: DropoutRng): tf.Tensor {
    return this.cProj.forward(gelu(this.cFc.forward(x, rng), { approximate: 'tanh' }), rng);
  }
}

class Block extends Module {
  ln_1 = new LayerNorm(HIDDEN);
  attn = new Attention();
  ln_2 = new LayerNorm(HIDDEN);
  mlp = new Mlp();

  forward(x: tf.Tensor, rng?: DropoutRng): tf.Tensor {
    const y = tf.add(x, this.attn.forward(this.ln_1.forward(x), rng));
    return tf.add(y, this.mlp.forward(this.ln_2.forward(y), rng));
  }
}

class Table extends Module {
  weight: tf.Variable;

  constructor(rows: number) {
    super();
    this.weight = parameter([rows, HIDDEN], normal());
  }
}

/** GPT-2 of the fixtures' size on `nn` and `ops` alone: a package of this floor may not import `transformer`. */
export class TinyGpt2 extends Module {
  wte = new Table(VOCAB);
  wpe = new Table(CONTEXT);
  h = Array.from({ length: LAYERS }, () => new Block());
  ln_f = new LayerNorm(HIDDEN);

  /** int32 `[batch, seq]` to logits `[batch, seq, vocab]` */
  forward(ids: tf.Tensor, { rng }: { rng?: DropoutRng } = {}): tf.Tensor {
    return tf.tidy(() => {
      const at = tf.range(0, ids.shape[1]!, 1, 'int32');
      let x = tf.add(embedding(ids, this.wte.weight), embedding(at, this.wpe.weight));
      for (const block of this.h) x = block.forward(x, rng);
      return linear(this.ln_f.forward(x), this.wte.weight, null);
    });
  }
}
