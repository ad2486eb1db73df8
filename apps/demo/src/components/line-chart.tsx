import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** One line of a chart. */
export interface Series {
  /** With its latest value, for the caption. */
  label: string;
  /** One for each x; null draws nothing. */
  values: (number | null)[];
  /** A custom property of the page's colours. */
  colour: '--accent' | '--second' | '--faint';
  /** @default 'line' */
  style?: 'line' | 'faded' | 'dots' | 'dashed';
}

/** What a chart shows; the number of series and their looks stay, their values grow. */
export interface Plotted {
  x: number[];
  xLabel: string;
  yLabel: string;
  series: Series[];
}

/** The accessible form of a chart. */
export interface ChartTable {
  columns: string[];
  /** Newest first. */
  rows: (string | number)[][];
}

/** Lines over a common axis, with a caption of their latest values and a table in their place on demand. */
export function LineChart({ plotted, table }: { plotted: Plotted; table: () => ChartTable }) {
  const [asTable, setAsTable] = useState(false);
  return (
    <figure class="chart">
      {asTable ? <Table {...table()} /> : <Plot plotted={plotted} />}
      <figcaption>
        {plotted.series
          .filter(({ style }) => style !== 'faded')
          .map(({ label, colour, style = 'line' }) => (
            <span key={colour} class={`key ${style}`} style={{ '--key': `var(${colour})` }}>
              {label}
            </span>
          ))}
        <button class="button" type="button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? 'Show as chart' : 'Show as table'}
        </button>
      </figcaption>
    </figure>
  );
}

const HEIGHT = 280;

function Plot({ plotted }: { plotted: Plotted }) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(plotted);
  latest.current = plotted;
  useEffect(() => {
    const element = holder.current!;
    const make = () => {
      plot.current?.destroy();
      plot.current = new uPlot(options(element, latest.current), toData(latest.current), element);
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
  useEffect(() => plot.current?.setData(toData(plotted)), [plotted]);
  return <div ref={holder} style={{ minHeight: `${HEIGHT}px` }} aria-hidden="true" />;
}

function options(element: HTMLElement, { xLabel, yLabel, series }: Plotted): uPlot.Options {
  const styles = getComputedStyle(element);
  // light-dark() must be resolved by an element before a canvas can use it
  const colour = (name: string) => {
    element.style.color = `var(${name})`;
    const resolved = styles.color;
    element.style.color = '';
    return resolved;
  };
  const [ink, line] = [colour('--faint'), colour('--line')];
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, labelSize: 22 };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: true, y: false } },
    scales: { x: { time: false } },
    axes: [
      { ...axis, label: xLabel },
      { ...axis, label: yLabel },
    ],
    series: [{}, ...series.map((one) => look(one.style, colour(one.colour)))],
  };
}

function look(style: Series['style'], stroke: string): uPlot.Series {
  const points = { show: false };
  if (style === 'faded') return { stroke: `color-mix(in srgb, ${stroke} 35%, transparent)`, width: 1, points };
  if (style === 'dots')
    return { stroke, width: 0, paths: () => null, points: { show: true, size: 9, fill: stroke, stroke } };
  if (style === 'dashed') return { stroke, width: 1.5, dash: [6, 5], points };
  return { stroke, width: 2.5, points };
}

const toData = ({ x, series }: Plotted): uPlot.AlignedData => [x, ...series.map(({ values }) => values)];

function Table({ columns, rows }: ChartTable) {
  return (
    <div class="table-wrap" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row[0]}>
              {row.map((cell, i) => (
                <td key={columns[i]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
