// The numbers behind the chart that a reader changes: means, smoothing, and the range of the axis, as the report has them.
const curves = (function () {
  // As ablation/report/drawing/domain.py cuts an axis.
  const OUTER_SHARE = 0.2, MOST_STRETCH = 5, KEPT_STRETCH = 2, FEWEST_TO_CUT = 8;

  function pointsOf([first, ...values]) {
    return values.map((value, step) => [first + step, value]);
  }

  // The mean over curves, at the epochs that all of them have.
  function meanOf(all) {
    const sums = new Map();
    for (const points of all) {
      for (const [epoch, value] of points) {
        if (value === null) continue;
        const [sum, count] = sums.get(epoch) ?? [0, 0];
        sums.set(epoch, [sum + value, count + 1]);
      }
    }
    return [...sums].filter(([, [, count]]) => count === all.length).map(([epoch, [sum, count]]) => [epoch, sum / count]).sort((one, other) => one[0] - other[0]);
  }

  // The mean over as many epochs before as after each one.
  function smoothed(points, reach) {
    if (!reach) return points;
    return points.map(([epoch, value], place) => {
      if (value === null) return [epoch, null];
      const side = Math.min(reach, place, points.length - 1 - place);
      const near = points.slice(place - side, place + side + 1).map((each) => each[1]).filter((each) => each !== null);
      return [epoch, near.reduce((sum, each) => sum + each, 0) / near.length];
    });
  }

  function clippedRange(values) {
    const sorted = Float64Array.from(values).sort();
    let low = sorted[0], high = sorted[sorted.length - 1];
    const outer = sorted.length >= FEWEST_TO_CUT ? Math.ceil(OUTER_SHARE * sorted.length) : 0;
    const innerLow = sorted[outer], innerHigh = sorted[sorted.length - 1 - outer];
    if (innerHigh > low && MOST_STRETCH * (innerHigh - low) < high - low) {
      high = sorted.filter((value) => value - low <= KEPT_STRETCH * (innerHigh - low)).at(-1);
    }
    if (high > innerLow && MOST_STRETCH * (high - innerLow) < high - low) {
      low = sorted.filter((value) => high - value <= KEPT_STRETCH * (high - innerLow))[0];
    }
    return [low, high];
  }

  // The range of an axis: [low, high].
  function domainOf(values, { isLog, isWhole }) {
    const known = values.filter((value) => value !== null && Math.abs(value) < 1e100 && (!isLog || value > 0));
    if (!known.length) return isLog ? [0.1, 1] : [0, 1];
    if (isLog) {
      const [low, high] = [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
      return [low / 1.08, high * 1.08];
    }
    const [low, high] = isWhole
      ? [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))]
      : clippedRange(known);
    const pad = 0.04 * (high - low) || 0.05 * Math.abs(high) || 0.5;
    return [low - pad, high + pad];
  }

  function linearTicks([low, high], most) {
    const finest = (high - low) / most;
    const power = 10 ** Math.floor(Math.log10(finest));
    const step = [1, 2, 5, 10].map((digit) => digit * power).find((each) => each >= finest);
    const ticks = [];
    for (let count = Math.ceil(low / step); count <= Math.floor(high / step); count++) ticks.push(count * step);
    return { ticks, decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
  }

  // Powers of ten; their doubles and fives, too, where there are few of them.
  function logTicks([low, high]) {
    const powers = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) powers.push(power);
    const digits = powers.length <= 4 ? [1, 2, 5] : [1];
    const found = powers.flatMap((power) => digits.map((digit) => digit * 10 ** power)).filter((tick) => tick >= low && tick <= high);
    return found.length >= 2 ? found : linearTicks([low, high], 5).ticks.filter((tick) => tick > 0);
  }

  function epochTicks(first, last, most) {
    const steps = [0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
    const step = steps.find((each) => (last - first) / each < most);
    const ticks = [];
    for (let epoch = Math.ceil(first / step) * step; epoch <= last; epoch += step) ticks.push(epoch);
    return ticks.length ? ticks : [first];
  }

  // Places moved apart to at least a step, keeping them above the foot where there is room.
  function spreadApart(places, step, foot) {
    const spread = [];
    for (const place of places) spread.push(spread.length ? Math.max(place, spread.at(-1) + step) : place);
    let limit = foot;
    for (let index = spread.length - 1; index >= 0; index--) {
      spread[index] = Math.min(spread[index], limit);
      limit = spread[index] - step;
    }
    return spread;
  }

  return { pointsOf, meanOf, smoothed, domainOf, linearTicks, logTicks, epochTicks, spreadApart };
})();
