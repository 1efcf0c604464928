// A reporter for Node's test runner: a line for each failure, so that `cargo xtask test` can try the file
// again alone. It never excuses a broken promise: a failure that says so is marked to stand.

/** What a test says that saw an answer lost, doubled or invented: another try would only hide it. */
export const BROKEN_PROMISE = "a promise is broken";

const says = (error) => (error ? `${error.message ?? error} ${says(error.cause)}` : "");

export default async function* failed(events) {
  for await (const { type, data } of events) {
    if (type !== "test:fail") continue;
    const word = says(data.details?.error).includes(BROKEN_PROMISE) ? "stands" : "again";
    yield `${word} ${data.file}\n`;
  }
}
