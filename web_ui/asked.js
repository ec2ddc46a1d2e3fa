// What was asked in this tab and is not answered yet: after a reload it can be asked again under its id.

const PREFIX = "qna.asked.";

/** @param {string} id @param {any} asked as `api.analyze` takes it */
export const remember = (id, asked) => sessionStorage.setItem(PREFIX + id, JSON.stringify(asked));

/** @param {string} id */
export const recall = (id) => JSON.parse(sessionStorage.getItem(PREFIX + id) ?? "null");

/** @param {string} id */
export const forget = (id) => sessionStorage.removeItem(PREFIX + id);
