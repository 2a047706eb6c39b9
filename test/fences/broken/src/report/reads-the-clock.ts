/** Each of these is a break of its own; what stands in words is none: Date.now(), process.env. */
export const breaks = [
  Date.now(),
  new Date(),
  Math.random(),
  process.env,
  fetch('http://localhost'),
  performance.now(),
  setTimeout(() => {}, 1),
  crypto.randomUUID(),
];
export const fine = ['Date.now()', new Date(0), Math.max(1, 2)];
