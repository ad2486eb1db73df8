import { quantizationSchemes, stageNames } from '@ashlar/recipe';
import { Option } from 'commander';
import {
  numberFrom,
  wholeNumber,
  withComputeOptions,
  withExamples,
  withRunOptions,
  withSamplingOptions,
  withTrainingOptions,
} from '../options.js';
import type { Definer } from './definer.js';

/** From a model that goes on with a text to one that answers, stage by stage. */
export function defineAlignmentCommands({ command, act }: Definer): void {
  withExamples(
    withRunOptions(
      command(
        'recipe',
        'The whole way from a text to a model that answers: tokenizer, pretraining, fine-tuning in full and with adapters, a reward ' +
          'model, PPO, quantization, and a report. Without --text it learns a small world of stories, where every answer can be judged.',
      )
        .option('--text <file>', 'a UTF-8 text file to pretrain on, or tinyshakespeare')
        .option('--sft <file>', 'JSONL of prompt and completion, or of messages, about the text; or self-instruct')
        .option('--preferences <file>', 'JSONL of prompt, chosen and rejected; or hh-rlhf')
        .option('--out <folder>', 'where all is kept: a folder for each stage, and report.md', 'recipe-run')
        .addOption(
          new Option('--stages <names>', `some of ${stageNames.join(',')}`).argParser((names) =>
            names.split(',').map((name) => name.trim()),
          ),
        )
        .option('--fast', 'little of everything, to see that all works: at most 90 seconds')
        .option('--config <file>', 'JSON with settings that differ from the usual ones; see recipe.json of any run'),
      'of everything (default: 1337)',
    ),
    [
      ['ashlar recipe --fast', 'see every stage at work'],
      ['ashlar recipe', 'the story world, minutes; then read recipe-run/report.md'],
      ['ashlar recipe --resume', 'after Ctrl-C or a crash'],
      ['ashlar chat --model recipe-run/ppo', 'talk to what came of it'],
      ['ashlar recipe --text book.txt --sft answers.jsonl --preferences pairs.jsonl --out runs/book', 'your own text'],
      ['ashlar recipe --stages tokenizer,pretrain,sft', 'a part of the way; --resume --stages lora later adds to it'],
    ],
  ).action(act(async () => (await import('../commands/recipe.js')).recipeCommand));

  withExamples(
    withRunOptions(
      withTrainingOptions(
        command(
          'sft',
          'Teach a model to answer: supervised fine-tuning on prompts with completions, or on chats. Only the answers are ' +
            'learnt, their ends included.',
        )
          .requiredOption('--model <folder>', 'a run, or a Hugging Face folder; it stays as it is')
          .requiredOption('--data <file>', 'JSONL of prompt and completion, of messages, or of text; or self-instruct')
          .option('--out <folder>', 'where the run is kept', 'sft')
          .option('--lora <rank>', 'train adapters of this rank, and nothing else of the model', wholeNumber(1))
          .option('--packing', 'put several short rows into one, kept apart by a mask')
          .option('--ask <question...>', 'questions that are answered at every evaluation'),
        'sft (or lora)',
      ),
      'of the order of the rows',
      0,
    ),
    [
      ['ashlar sft --model runs/poem --data answers.jsonl --out runs/sft', 'all of the model learns'],
      ['ashlar sft --model runs/poem --data answers.jsonl --lora 8 --out runs/lora', 'small adapters learn'],
      ['head -1 answers.jsonl', '{"prompt": "Who was slain?", "completion": "The Jabberwock."}'],
      ['ashlar chat --model runs/sft', 'talk to it'],
    ],
  ).action(act(async () => (await import('../commands/sft.js')).sftCommand));

  withExamples(
    withRunOptions(
      withTrainingOptions(
        command(
          'reward',
          'Train a reward model: of two answers to a question, the better one is to get the higher score. It is what ppo learns from.',
        )
          .requiredOption('--model <folder>', 'the fine-tuned model that it starts from; it stays as it is')
          .requiredOption('--data <file>', 'JSONL of prompt, chosen and rejected; or hh-rlhf')
          .option('--out <folder>', 'where the run is kept', 'reward'),
        'reward',
      ),
      "of the head's first values and the order of the pairs",
      0,
    ),
    [
      ['ashlar reward --model runs/sft --data pairs.jsonl --out runs/reward', 'learn what is preferred'],
      [
        'head -1 pairs.jsonl',
        '{"prompt": "Who was slain?", "chosen": "The Jabberwock.", "rejected": "I will not tell."}',
      ],
    ],
  ).action(act(async () => (await import('../commands/reward.js')).rewardCommand));

  withExamples(
    withRunOptions(
      command(
        'ppo',
        'Let a model practise: it answers, the reward model judges, and what is judged well becomes likelier. Each nat away ' +
          'from the model as it was costs.',
      )
        .requiredOption('--model <folder>', 'the fine-tuned model; it stays as it is')
        .requiredOption('--reward <folder>', 'the reward model')
        .requiredOption('--prompts <file>', 'a question on each line, or .jsonl rows with a prompt')
        .option('--out <folder>', 'where the run is kept', 'ppo')
        .option('--iterations <number>', 'rounds of answering and learning', wholeNumber(1))
        .option('--kl <number>', 'what a nat costs', numberFrom(0))
        .option('--kl-target <number>', 'steer that price towards so many nats an answer', numberFrom(0))
        .option('--lora <rank>', 'train adapters of this rank, and nothing else of the model', wholeNumber(1))
        .option('--max-new-tokens <number>', 'tokens of an answer', wholeNumber(1))
        .option('--temperature <number>', 'of the sampling', numberFrom(0))
        .option('--learning-rate <number>', 'of the first iteration; it falls to 0', numberFrom(0))
        .option('--config <file>', "JSON with further settings, as those of ppo in a recipe's recipe.json"),
      'of the sampling',
      0,
    ),
    [
      [
        'ashlar ppo --model runs/sft --reward runs/reward --prompts questions.txt --out runs/ppo',
        'reward and KL divergence, round by round',
      ],
      [
        'ashlar ppo --model runs/sft --reward runs/reward --prompts questions.txt --kl 0.3 --out runs/near',
        'stay nearer to what it was',
      ],
    ],
  ).action(act(async () => (await import('../commands/ppo.js')).ppoCommand));

  withExamples(
    withComputeOptions(
      command('merge', 'Put adapters into the weights of the model that they were trained for.')
        .requiredOption('--model <folder>', 'the model as it was')
        .requiredOption('--adapter <folder>', "the adapter's folder, or the run that made it")
        .option('--out <folder>', 'where the merged model goes', 'merged')
        .option('--overwrite', 'replace the model in --out'),
    ),
    [
      [
        'ashlar merge --model runs/sft --adapter runs/lora --out merged',
        'one model again, as fast as before; works for adapters of PEFT too',
      ],
    ],
  ).action(act(async () => (await import('../commands/merge.js')).mergeCommand));

  withExamples(
    withComputeOptions(
      command('quantize', 'Store the linear layers of a model in few bits, and measure what that saves and costs.')
        .requiredOption('--model <folder>', 'a run, or a Hugging Face folder of a GPT-2 with its tokenizer.json')
        .addOption(
          new Option('--scheme <scheme>', 'int8 a row; nf4 and int4 in blocks')
            .choices(quantizationSchemes)
            .default('int8'),
        )
        .requiredOption('--text <file>', 'the text that both models are measured with')
        .option('--out <folder>', 'where the small model goes', 'quantized')
        .option('--overwrite', 'replace the model in --out'),
    ),
    [
      [
        'ashlar quantize --model runs/poem --scheme nf4 --text poem.txt --out small',
        'bytes and loss, before and after',
      ],
      ['ashlar generate --model small --prompt "Twas"', 'it can be used as any model'],
    ],
  ).action(act(async () => (await import('../commands/quantize.js')).quantizeCommand));

  withExamples(
    withSamplingOptions(
      command('chat', 'Talk to a model that was taught to answer. It remembers as much as fits into its context.')
        .requiredOption(
          '--model <folder>',
          'a run of sft, ppo or a stage of the recipe, or a folder with a chat template',
        )
        .option('--adapter <folder>', 'adapters to put on it')
        .option('--message <text>', 'ask this alone, and end')
        .option('--max-new-tokens <number>', 'tokens of an answer', wholeNumber(1), 200),
      { temperature: 0, seeded: 'the same seed gives the same answers' },
    ),
    [
      ['ashlar chat --model recipe-run/ppo', 'a line is a question; Ctrl-D ends'],
      ['ashlar chat --model recipe-run/sft --message "Where is Anna?"', 'one answer'],
    ],
  ).action(act(async () => (await import('../commands/chat.js')).chatCommand));
}
