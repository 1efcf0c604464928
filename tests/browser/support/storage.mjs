// What runs in a page ahead of its program: a storage that can be made to fail, and a record of what
// the program asks of it. The program itself is the shipped one.

/** Records each transaction, opening and deleting; `window.storage` steers what fails. */
export function watchStorage() {
  const seen = { transactions: [], openings: 0, deletions: 0, connections: [] };
  window.storage = { seen, failsWriting: false, failsOpening: 0, completesLate: 0 };
  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    seen.transactions.push({ stores: [...stores], mode, durability: options?.durability });
    return begin.call(this, stores, mode, options);
  };
  for (const verb of ["put", "add"]) {
    const write = IDBObjectStore.prototype[verb];
    IDBObjectStore.prototype[verb] = function (...values) {
      if (window.storage.failsWriting) throw new DOMException("The disk is full.", "QuotaExceededError");
      return write.apply(this, values);
    };
  }
  const open = IDBFactory.prototype.open;
  IDBFactory.prototype.open = function (...name) {
    seen.openings += 1;
    if (window.storage.failsOpening > 0) {
      window.storage.failsOpening -= 1;
      throw new DOMException("Not now.", "UnknownError");
    }
    const request = open.apply(this, name);
    request.addEventListener("success", () => seen.connections.push(request.result));
    return request;
  };
  const remove = IDBFactory.prototype.deleteDatabase;
  IDBFactory.prototype.deleteDatabase = function (name) {
    seen.deletions += 1;
    return remove.call(this, name);
  };
  const complete = Object.getOwnPropertyDescriptor(IDBTransaction.prototype, "oncomplete");
  Object.defineProperty(IDBTransaction.prototype, "oncomplete", {
    ...complete,
    set(listener) {
      complete.set.call(this, (event) => setTimeout(() => listener.call(this, event), window.storage.completesLate));
    },
  });
}

/** Keeps every sentence that ever stood on the page, however short. */
export function rememberWords() {
  window.said = new Set();
  const look = () => {
    for (const line of document.body?.innerText.split("\n") ?? []) window.said.add(line.trim());
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
}

/**
 * Holds every transaction that writes to the store named in `window.holdsWritesTo`: it stays under way,
 * neither complete nor aborted, until the name is taken away. `isHeld` in `sessionStorage` tells of one, after a reload too.
 */
export function holdWrites() {
  const write = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...values) {
    const hold = () => {
      if (window.holdsWritesTo !== this.name) return;
      sessionStorage.setItem("isHeld", "yes");
      this.get("").onsuccess = hold;
    };
    const request = write.apply(this, values);
    hold();
    return request;
  };
}

/** Forgets what a page leaves for the next one to find, until `localStorage` says that it is honest. */
export function forgetMarks() {
  const write = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (value, ...key) {
    const { mark, ...rest } = value ?? {};
    const isForgotten = mark !== undefined && !localStorage.getItem("honest");
    return write.call(this, isForgotten ? rest : value, ...key);
  };
}
