import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { smooth } from './smooth.js';

export interface LossCurves {
  /** Training loss of every step, from step 1. */
  training: number[];
  /** Held-out loss at the steps at which it was really evaluated. */
  heldOut: { step: number; loss: number }[];
  /** Loss of guessing: the logarithm of the vocabulary's size. */
  guessing: number;
}

/** Loss against steps; the accessible form of a chart is its table, so it has one. */
export function LossChart({ curves }: { curves: LossCurves }) {
  const [asTable, setAsTable] = useState(false);
  const lastTraining = curves.training.at(-1);
  const lastHeldOut = curves.heldOut.at(-1);
  return (
    <figure class="chart">
      {asTable ? <HeldOutTable curves={curves} /> : <Plot curves={curves} />}
      <figcaption>
        <span class="key" style="--key: var(--accent)">
          training loss {lastTraining?.toFixed(3) ?? '–'}
        </span>
        <span class="key dots" style="--key: var(--second)">
          held-out loss {lastHeldOut ? `${lastHeldOut.loss.toFixed(3)} at step ${lastHeldOut.step}` : '–'}
        </span>
        <span class="key dashed" style="--key: var(--faint)">
          guessing {curves.guessing.toFixed(3)}
        </span>
        <button class="button" type="button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? 'Show as chart' : 'Show as table'}
        </button>
      </figcaption>
    </figure>
  );
}

function Plot({ curves }: { curves: LossCurves }) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  useEffect(() => {
    const element = holder.current!;
    const make = () => {
      plot.current?.destroy();
      plot.current = new uPlot(options(element), toData(curves), element);
    };
    make();
    const resize = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    resize.observe(element);
    // a canvas cannot follow CSS variables by itself
    const theme = new MutationObserver(make);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', make);
    return () => {
      resize.disconnect();
      theme.disconnect();
      scheme.removeEventListener('change', make);
      plot.current?.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData(toData(curves)), [curves]);
  return <div ref={holder} style={{ minHeight: `${HEIGHT}px` }} aria-hidden="true" />;
}

const HEIGHT = 280;

function options(element: HTMLElement): uPlot.Options {
  const styles = getComputedStyle(element);
  // light-dark() must be resolved by an element before a canvas can use it
  const colour = (name: string) => {
    element.style.color = `var(${name})`;
    const resolved = styles.color;
    element.style.color = '';
    return resolved;
  };
  const [ink, line, accent, second, faint] = ['--faint', '--line', '--accent', '--second', '--faint'].map(colour);
  const axis = { stroke: ink!, grid: { stroke: line!, width: 1 }, ticks: { stroke: line!, width: 1 } };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: true, y: false } },
    scales: { x: { time: false } },
    axes: [
      { ...axis, label: 'step', labelSize: 22 },
      { ...axis, label: 'loss, nats per token', labelSize: 22 },
    ],
    series: [
      {},
      { stroke: `color-mix(in srgb, ${accent} 35%, transparent)`, width: 1, points: { show: false } },
      { stroke: accent!, width: 2.5, points: { show: false } },
      { stroke: second!, width: 0, paths: () => null, points: { show: true, size: 9, fill: second!, stroke: second! } },
      { stroke: faint!, width: 1.5, dash: [6, 5], points: { show: false } },
    ],
  };
}

/** Steps, raw training loss, smoothed training loss, held-out loss, guessing. */
function toData({ training, heldOut, guessing }: LossCurves): uPlot.AlignedData {
  const steps = [0, ...training.map((_, i) => i + 1)];
  const dots = new Map(heldOut.map(({ step, loss }) => [step, loss]));
  return [
    steps,
    [null, ...training],
    [null, ...smooth(training)],
    steps.map((step) => dots.get(step) ?? null),
    steps.map(() => guessing),
  ];
}

function HeldOutTable({ curves: { training, heldOut } }: { curves: LossCurves }) {
  return (
    <div class="table-wrap" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">step</th>
            <th scope="col">training loss</th>
            <th scope="col">held-out loss</th>
          </tr>
        </thead>
        <tbody>
          {[...heldOut].reverse().map(({ step, loss }) => (
            <tr key={step}>
              <td>{step}</td>
              <td>{training[step - 1]?.toFixed(3) ?? '–'}</td>
              <td>{loss.toFixed(3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
