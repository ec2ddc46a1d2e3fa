// Two or three next questions, made from the parameters of the script that has answered.

const OTHERS = ["MSFT", "NVDA", "SPY"];

/** @param {import("../api.js").Run} run @returns {string[]} */
export function followUpsOf(run) {
  const { values } = run;
  const symbols = values.symbols ?? (values.symbol ? [values.symbol] : []);
  const other = OTHERS.find((symbol) => !symbols.includes(symbol));
  const ideas = [
    symbols.length === 1 && `And for ${other}?`,
    symbols.length > 1 && `Add ${other}`,
    typeof values.days === "number" && `Make it ${values.days * 2 <= 1000 ? values.days * 2 : 252} days`,
    typeof values.months === "number" && `Make it ${values.months * 2} months`,
    !run.result?.charts?.length && "Plot it",
    "What about last year?",
  ];
  return ideas.filter(Boolean).slice(0, 3);
}
