// The simulator: levers ask for an answer as they move; ranges follow as a job.
const levers = document.querySelector("#levers");
const answer = document.querySelector("#answer");
const PAUSE = 900; // ms without a move before ranges are drawn
const POLL = 400; // ms between looks at a job

let moved = 0; // counts moves, so that what comes late is dropped
let asking = null;
let pause = 0;

const query = () => {
  const held = new URLSearchParams();
  const members = [];
  for (const [key, value] of new FormData(levers)) {
    if (key === "members") value && members.push(value);
    else if (value.trim()) held.append(key, value.trim());
  }
  // a floor that was emptied is one that is taken off
  for (const field of levers.querySelectorAll("[data-own]")) {
    const unit = field.closest(".lever").dataset.unit;
    if (field.dataset.own && !field.value.trim()) held.set(field.name, `0 ${unit}`);
  }
  held.set("members", members.join(","));
  return held.toString();
};

const ask = async (extra = "") => {
  const turn = ++moved;
  asking?.abort();
  asking = new AbortController();
  answer.setAttribute("aria-busy", "true");
  try {
    const reply = await fetch(`/simulator/answer?${query()}${extra}`, { signal: asking.signal });
    const text = await reply.text();
    if (turn !== moved) return;
    await show(text, reply.headers.get("content-type"));
  } catch (error) {
    if (error.name !== "AbortError") offline();
  } finally {
    if (turn === moved) answer.setAttribute("aria-busy", "false");
  }
};

const show = async (text) => {
  const open = [...answer.querySelectorAll("details")].map((d) => d.open);
  const top = answer.querySelector(".answer")?.dataset.link;
  answer.innerHTML = text;
  const section = answer.querySelector(".answer");
  if (!section) return offline();
  answer.querySelectorAll("details").forEach((d, n) => { if (n in open) d.open = open[n]; });
  mark(section);
  if (section.dataset.link) history.replaceState(null, "", `/simulator?${section.dataset.link}`);
  dress();
  await draw();
  performance.mark("answered");
  document.dispatchEvent(new CustomEvent("answered", { detail: { before: top } }));
};

// messages of an answer, put at the fields that they are about
const mark = (section) => {
  for (const old of levers.querySelectorAll(".wrong")) old.remove();
  for (const field of levers.elements) field.removeAttribute("aria-invalid");
  for (const item of section.querySelectorAll("[data-field]")) {
    const field = levers.elements[item.dataset.field];
    const one = field instanceof RadioNodeList ? field[0] : field;
    if (!one) continue;
    const text = document.createElement("p");
    text.className = "wrong";
    text.id = `wrong-${item.dataset.field}`;
    text.textContent = item.textContent;
    one.setAttribute("aria-invalid", "true");
    one.setAttribute("aria-describedby", text.id);
    (one.closest(".lever") ?? one.closest("fieldset") ?? one.parentElement).append(text);
  }
};

const offline = () => {
  answer.setAttribute("aria-busy", "false");
  const told = document.querySelector("#offline").content.cloneNode(true);
  answer.replaceChildren(told);
};

// charts: one specification each, drawn here by the same library that prints them
const draw = async () => {
  if (!window.vegaEmbed) return;
  const drawn = [...answer.querySelectorAll("[data-chart]")].map((place) => {
    const spec = JSON.parse(tinted(place.querySelector("script").textContent));
    return window.vegaEmbed(place.querySelector(".chart"), spec, { actions: false, renderer: "svg" });
  });
  await Promise.all(drawn);
  // the place of a chart says it whole; its parts would be told one by one, without names
  for (const part of answer.querySelectorAll(".chart [role]")) {
    part.removeAttribute("role");
    part.removeAttribute("aria-roledescription");
  }
};

const night = matchMedia("(prefers-color-scheme: dark)");
const shades = JSON.parse(document.querySelector("#shades").textContent);
const tinted = (text) =>
  night.matches ? shades.reduce((held, [day, dark]) => held.replaceAll(day, dark), text) : text;
night.addEventListener("change", () => draw());

// what only works with script
const dress = () => {
  const share = answer.querySelector("#share");
  if (share) share.value = new URL(share.getAttribute("value"), location.href).href;
  for (const button of answer.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.onclick = () => navigator.clipboard.writeText(answer.querySelector(`#${button.dataset.copy}`).value);
  }
};

const ranges = async () => {
  const turn = moved;
  const section = answer.querySelector(".answer");
  if (!section?.dataset.link || section.dataset.ranges !== "no") return;
  const state = answer.querySelector("#range-state");
  const told = document.querySelector("#drawing").content.cloneNode(true);
  const bar = told.querySelector("progress");
  state.replaceChildren(told);
  const reply = await fetch(`/api/v1/ranges?${section.dataset.link}`, { method: "POST" });
  let job = await reply.json();
  while (turn === moved && (job.state === "waiting" || job.state === "running")) {
    if (job.total) { bar.max = job.total; bar.value = job.done; }
    await new Promise((done) => setTimeout(done, POLL));
    job = await (await fetch(job.self)).json();
  }
  if (turn !== moved) return fetch(job.self, { method: "DELETE", keepalive: true });
  if (job.state === "done") return ask("&ranges=yes");
  state.replaceChildren(document.createTextNode(job.detail ?? job.title ?? ""));
};

const settle = () => {
  clearTimeout(pause);
  pause = setTimeout(() => ranges().catch(offline), PAUSE);
};

levers.addEventListener("input", (event) => {
  const lever = event.target.closest(".lever");
  if (lever && event.target.type === "range") {
    const text = lever.querySelector("input[type=text]");
    const value = Number(event.target.value);
    text.value = value > 0 ? `${value} ${lever.dataset.unit}` : "";
    event.target.setAttribute("aria-valuetext", text.value || text.placeholder);
  } else if (lever && event.target.type === "text") {
    const slider = lever.querySelector("input[type=range]");
    slider.value = parseFloat(event.target.value) || 0;
    slider.setAttribute("aria-valuetext", event.target.value || event.target.placeholder);
    if (event.target.value && !/[a-z%]\s*$/i.test(event.target.value)) return; // a unit is still to come
  }
  ask().then(settle);
});
levers.addEventListener("change", (event) => {
  if (event.target.type === "text") ask().then(settle);
});
levers.addEventListener("submit", (event) => {
  event.preventDefault();
  ask().then(settle);
});
answer.addEventListener("click", (event) => {
  if (event.target.matches("[data-ranges-link]")) {
    event.preventDefault();
    ranges().catch(offline);
  }
});
const choose = document.querySelector("#choose");
choose.addEventListener("change", () => choose.submit());
// a choice that was made before this script was here
const chosen = (field) => field.options && !field.options[field.selectedIndex].defaultSelected;
if ([...choose.querySelectorAll("select")].some(chosen)) choose.submit();
document.querySelector("#choose button").hidden = true;
levers.querySelector(".actions button").hidden = true;

window.addEventListener("load", () => {
  dress();
  draw().then(settle);
});
