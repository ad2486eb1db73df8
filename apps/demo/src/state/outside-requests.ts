import { signal } from '@preact/signals';

/** Requests that this page made to any other server. The page's security policy forbids them; this counts anyway. */
export const outsideRequests = signal(0);

const isOutside = ({ name }: PerformanceEntry) =>
  /^(https?|wss?):/.test(name) && new URL(name).origin !== location.origin;

new PerformanceObserver((list) => {
  outsideRequests.value += list.getEntries().filter(isOutside).length;
}).observe({ type: 'resource', buffered: true });
