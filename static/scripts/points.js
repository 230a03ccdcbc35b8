// What a quantity would earn, as civic/rules/points.py has it: round down, halve the second of the day, nothing for the
// third, then the caps. A test runs both over the same cases.

export function points(rule, quantity) {
  const perUnit = Math.floor((Number(rule.hundredths) * quantity) / 100);
  const worth = Math.floor((Number(rule.base) * 100 + Number(rule.hundredths) * quantity) / 100);
  let before = worth;
  if ("halved" in rule) before = Math.floor(worth / 2);
  if ("nothing" in rule) before = 0;
  const earned = "left" in rule ? Math.min(before, Number(rule.left)) : before;
  return { earned, perUnit, halvedOff: worth - before, cut: before - earned };
}
