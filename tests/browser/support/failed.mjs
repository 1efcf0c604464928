// A reporter for Node's test runner: a line for each failure, so that `cargo xtask test` can try a file
// again alone that was only late. It never excuses an assertion: what was seen and was wrong stands.

/** How a page, a test or a browser that came too late says so. */
const LATE = /Timeout \d+ms exceeded|timed out after \d+ms|nothing goes on/;

/** The error and everything that it was made of. */
const chain = (error) => (error ? [error, ...chain(error.cause)] : []);
const isAssertion = ({ name, code }) => name === "AssertionError" || code === "ERR_ASSERTION";

function isLate(error) {
  const all = chain(error);
  return !all.some(isAssertion) && all.some(({ message }) => LATE.test(message ?? ""));
}

export default async function* failed(events) {
  for await (const { type, data } of events) {
    const error = data?.details?.error;
    // A suite fails with its tests, which have a line of their own.
    if (type !== "test:fail" || error?.failureType === "subtestsFailed") continue;
    yield `${isLate(error) ? "again" : "stands"} ${data.file}\n`;
  }
}
