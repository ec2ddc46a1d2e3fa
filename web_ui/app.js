// The page: puts its parts together and hands every change of the state to them.

import { addressOf, currentPlace, goTo } from "./addresses.js";
import { Announcer } from "./announcer.js";
import { findInstallation } from "./api.js";
import { AskBox } from "./ask_box.js";
import { button, element } from "./elements.js";
import { listenToKeys } from "./keyboard.js";
import { ApiError, Unreachable, keepKey } from "./http.js";
import { EMPTY, PageState, stateName, windowTitle } from "./page_state.js";
import { choose, keepDraft, takeDraft } from "./kept.js";
import { Questions } from "./questions.js";
import { Rail } from "./rail/rail.js";
import { showExamples, showInstallation } from "./welcome.js";

const find = (id) => document.getElementById(id);

/** Styles of what shows answers. */
const SHEETS = ["answer", "charts", "bench", "script"];

class Page {
  state = new PageState();
  questions = new Questions(this.state);
  announcer = new Announcer(find("announcer"));
  askBox = new AskBox(find("ask"), this);
  rail = new Rail(find("rail"), this);
  #views = [];
  #preparing = null;
  #banner = element("p", { class: "note amber", id: "connection", hidden: true });
  bench = null;

  async start() {
    find("notices").append(this.#banner);
    this.state.follow((values, before) => this.#render(values, before));
    listenToKeys(this);
    addEventListener("popstate", () => this.questions.open(currentPlace()));
    addEventListener("unhandledrejection", (event) => this.#tell(event));
    await this.questions.open(currentPlace());
    if (this.state.values.phase === "empty") this.askBox.fill(takeDraft());
    await Promise.allSettled([this.questions.loadHistory(), this.#lookAtInstallation()]);
  }

  newQuestion() {
    this.questions.startAnew();
    this.askBox.fill(this.askBox.text);
  }

  /** @param {string} rootId @param {string} [runId] */
  async openRun(rootId, runId) {
    goTo(addressOf(rootId, runId));
    await this.questions.open(currentPlace());
  }

  /** Do what an error card offers. @param {import("./problems.js").Action} action */
  async act({ name, value }) {
    const { question, run, problem } = this.state.values;
    const actions = {
      again: () => (run?.script ? this.questions.rerun(run.values) : this.questions.ask(question)),
      rewrite: () => this.questions.ask(question, { isFresh: true }),
      edit: () => this.askBox.fill(question),
      examples: () => this.newQuestion(),
      findings: () => this.showLine(problem?.line ?? 1),
      parameters: () => this.#showTab("parameters"),
      set: () => this.questions.rerun({ ...run.values, ...value }),
      ask: () => this.questions.ask(value),
      recorded: () => this.questions.rerun(run.values, "recorded"),
      new: () => this.newQuestion(),
      search: () => this.rail.focusSearch(),
      key: () => this.#askForKey(),
    };
    await actions[name]();
  }

  /** Show which data calls a figure is from. @param {any} row */
  async showSource(row) {
    this.#showTab("sources");
    await this.bench.view("sources").showSource(row);
  }

  /** @param {number} place of a data call */
  showCall(place) {
    this.#showTab("sources");
    this.bench.view("sources").showCall(place);
  }

  /** @param {number} line of the script */
  showLine(line) {
    this.#showTab("script");
    this.bench?.view("script").showLine(line);
  }

  async copyLink() {
    const { rootId, run } = this.state.values;
    if (run) await this.copy(location.origin + addressOf(rootId, run.id));
  }

  /** @param {string} text */
  async copy(text) {
    await navigator.clipboard.writeText(text);
    this.announcer.say("Copied");
  }

  async openSettings() {
    const { openSettings } = await import("./rail/settings.js");
    openSettings(this);
  }

  /** @param {string} theme */
  changeTheme(theme) {
    choose("theme", theme);
    this.announcer.say(`Theme: ${theme}`);
  }

  #showTab(name) {
    this.bench?.show(name);
    if (matchMedia("(max-width: 1179px)").matches) find("bench").scrollIntoView({ block: "start" });
  }

  #render(values, before) {
    find("main").dataset.state = stateName(values);
    document.title = windowTitle(values);
    this.#showConnection(values, before);
    this.askBox.render(values, before);
    this.rail.render(values, before);
    find("welcome").hidden = values.phase !== "empty";
    find("notices").classList.toggle("only-connection", values.phase !== "empty");
    if (this.bench) this.#views.forEach((view) => view.render(values, before));
    else if (values.phase !== "empty") void this.prepare();
  }

  /** What shows answers comes when a question is typed or opened; the empty page does not wait for it. */
  prepare() {
    this.#preparing ??= this.#prepare();
    return this.#preparing;
  }

  async #prepare() {
    const parts = [
      import("./answer/answer_view.js"),
      import("./answer/step_list.js"),
      import("./bench/bench.js"),
    ];
    const [answer, steps, bench] = await Promise.all([...parts, ...SHEETS.map(loadSheet)]).catch(() => []);
    if (!answer) return this.#offerReload();
    this.bench = new bench.Bench(find("bench"), this);
    this.#views = [new answer.AnswerView(this), new steps.StepList(find("steps"), this), this.bench];
    const { values } = this.state;
    this.#views.forEach((view) => view.render(values, EMPTY));
  }

  /** The server went away before this page had all its parts: nothing but loading it again can help. */
  #offerReload() {
    const again = () => {
      keepDraft(this.askBox.text || this.state.values.question);
      location.assign("/");
    };
    this.#preparing = null;
    this.#banner.hidden = false;
    this.#banner.replaceChildren(
      "The server did not answer. ",
      button("Load again", again, { class: "small" }),
    );
  }

  #showConnection({ isConnectionLost: isLost, retries }, before) {
    if (isLost) this.#banner.textContent = `Connection lost, trying again (${retries})`;
    if (isLost === before.isConnectionLost) return;
    this.#banner.hidden = !isLost;
    this.announcer.say(isLost ? "Connection lost, trying again" : "Connected again");
  }

  /** What the server refused and no card tells, such as a new name for a question. */
  #tell(event) {
    if (!(event.reason instanceof ApiError || event.reason instanceof Unreachable)) return;
    event.preventDefault();
    this.askBox.complain(`That did not work: ${event.reason.message}`);
  }

  async #lookAtInstallation() {
    const installation = await findInstallation();
    showExamples(find("examples"), installation, (question) => this.questions.ask(question));
    if (this.state.values.phase === "empty") showInstallation(find("notices"), installation);
  }

  async #askForKey() {
    const box = element("input", { type: "password", autocomplete: "off", "aria-label": "Key or token" });
    const send = element("button", { type: "submit", class: "primary" }, "Use this key");
    const form = element(
      "form",
      {
        class: "button-row",
        on: { submit: (event) => (event.preventDefault(), keepKey(box.value.trim()), location.reload()) },
      },
      box,
      send,
    );
    find("answer").append(form);
    box.focus();
  }
}

function loadSheet(name) {
  const href = new URL(`./style/${name}.css`, import.meta.url).href;
  return new Promise((resolve, reject) => {
    document.head.append(element("link", { rel: "stylesheet", href, on: { load: resolve, error: reject } }));
  });
}

void new Page().start();
