// Formats numbers and times.
const units = ["B", "KB", "MB", "GB", "TB"];

export function bytes(count) {
  let unit = 0;
  while (count >= 1000 && unit < units.length - 1) {
    count /= 1024;
    unit++;
  }

  return `${count >= 100 || unit < 2 ? Math.round(count) : count.toFixed(1)} ${units[unit]}`;
}

export function parameters(count) {
  const steps = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"]];
  const step = steps.find(([size]) => count >= size);
  return step ? `${(count / step[0]).toFixed(count / step[0] >= 100 ? 0 : 1)}${step[1]}` : `${count}`;
}

export const speed = value => `${value >= 100 ? Math.round(value) : value.toFixed(1)} tokens/s`;

export const whole = value => value.toLocaleString("en-US");

/** The heading under which a conversation is listed. */
export function dayOf(time, now = new Date()) {
  const then = new Date(time);
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const days = Math.ceil((midnight - then) / 86_400_000);
  return days <= 0 ? "Today" : days === 1 ? "Yesterday" : days <= 7 ? "Last seven days" : "Earlier";
}

const endings = {
  EndOfGeneration: null,
  StopSequence: null,
  Condition: null,
  MaxTokens: "token limit reached",
  ContextFull: "context full",
  Cancelled: "stopped",
};

/** The statistics of an answer on one line. */
export function facts(statistics) {
  const parts = [`${whole(statistics.tokens)} tokens`];
  if (statistics.tokensPerSecond > 0) {
    parts.push(speed(statistics.tokensPerSecond));
  }

  parts.push(`${statistics.seconds < 10 ? statistics.seconds.toFixed(1) : Math.round(statistics.seconds)} s`, endings[statistics.ended]);
  return parts.filter(Boolean).join(" · ");
}
