"use strict";

// Everything from the run enters the page as text (textContent, or values of attributes), never as markup; the one
// exception is the chart, which our server draws and escapes.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

function make(name, text, kind) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (kind) element.className = kind;
  return element;
}

// ---- lists that are filtered as one types ----

for (const input of $$("[data-filters]")) {
  const list = document.getElementById(input.dataset.filters);
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    for (const row of $$("[data-text]", list)) row.hidden = !row.dataset.text.toLowerCase().includes(wanted);
    for (const group of $$("details", list)) {
      const some = $$("[data-text]", group).some((row) => !row.hidden);
      group.hidden = !some;
      if (wanted) group.open = some;
    }
  });
}

// ---- from hit to hit in a document ----

const marks = $$("mark[data-mark]");
let current = marks.findIndex((mark) => `#${mark.id}` === location.hash);
for (const button of $$("[data-step]")) {
  button.addEventListener("click", () => {
    if (!marks.length) return;
    if (current >= 0) marks[current].classList.remove("here");
    const step = Number(button.dataset.step);
    current = current < 0 ? (step > 0 ? 0 : marks.length - 1) : (current + step + marks.length) % marks.length;
    marks[current].classList.add("here");
    marks[current].scrollIntoView({ block: "center" });
  });
}

// ---- the words of a topic by relevance: weight * log p + (1 - weight) * log lift ----

const weight = $("#weight");
if (weight) {
  const words = JSON.parse(weight.dataset.words);
  const list = $("#words");
  const csv = $("#words-csv");
  const show = () => {
    const share = Number(weight.value);
    $("#weight-shown").textContent = share.toFixed(2);
    const scored = words.map(([word, p, lift], order) => ({ word, order, score: share * p + (1 - share) * lift }));
    scored.sort((one, other) => other.score - one.score || one.order - other.order);
    list.replaceChildren(
      ...scored.slice(0, Number(weight.dataset.shown)).map(({ word, score }) => {
        const row = make("li");
        const link = make("a");
        link.href = `/search?q=${encodeURIComponent(word)}`;
        link.append(make("bdi", word));
        row.append(link, make("span", score.toFixed(2), "num"));
        return row;
      }),
    );
    const address = new URL(csv.href);
    address.searchParams.set("weight", String(share));
    csv.href = address.pathname + address.search;
  };
  weight.addEventListener("input", show);
}

// ---- the editor of a lexicon ----

const editor = $("#editor");
if (editor) {
  const added = [];
  const said = $("#edit-said");
  const chart = $("#edit-chart");
  let asked = 0;

  const edit = () => ({
    lexicon: editor.dataset.lexicon,
    off: $$("[data-entry]").filter((box) => !box.checked).map((box) => Number(box.dataset.entry)),
    added,
    category: $("#edit-category").value,
    place: $("#edit-place").value,
  });

  const send = (address, body) =>
    fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json", "x-textgov-token": editor.dataset.token },
      body: JSON.stringify(body),
    });

  const fill = (template, facts) => template.replace(/\{(\w+)\}/g, (_, name) => facts[name]);

  const recount = async () => {
    const turn = ++asked;
    chart.classList.add("busy");
    said.textContent = editor.dataset.busy;
    try {
      const response = await send("/lexicon/series", edit());
      const found = await response.json();
      if (turn !== asked) return;
      if (found.fault) {
        said.textContent = found.fault;
        return;
      }
      chart.innerHTML = found.svg;
      const [before, after] = found.hits;
      const facts = { before: before.toLocaleString("en"), after: after.toLocaleString("en") };
      facts.difference = (after > before ? "+" : "") + (after - before).toLocaleString("en");
      facts.rows = found.rows_changed.toLocaleString("en");
      said.textContent = found.rows_changed ? fill(editor.dataset.said, facts) : fill(editor.dataset.none, facts);
      $("#edit-rows tbody").replaceChildren(
        ...found.rows.map(([year, was, is]) => {
          const row = make("tr");
          const head = make("th", String(year));
          head.scope = "row";
          row.append(head, make("td", was.toFixed(2), "n"), make("td", is.toFixed(2), "n"));
          return row;
        }),
      );
    } catch {
      if (turn === asked) said.textContent = editor.dataset.failed;
    } finally {
      if (turn === asked) chart.classList.remove("busy");
    }
  };

  const list = () => {
    $("#edit-added").replaceChildren(
      ...added.map((entry, at) => {
        const row = make("li");
        const button = make("button", editor.dataset.remove);
        button.type = "button";
        button.addEventListener("click", () => {
          added.splice(at, 1);
          list();
          recount();
        });
        const term = make("bdi", entry.term);
        const more = [entry.category, entry.variants, entry.exclude && `− ${entry.exclude}`].filter(Boolean).join(" · ");
        row.append(term, make("span", more, "sub"), button);
        return row;
      }),
    );
  };

  editor.addEventListener("change", (event) => {
    if (event.target.matches("[data-entry], #edit-category, #edit-place")) recount();
  });

  $("#edit-add").addEventListener("submit", (event) => {
    event.preventDefault();
    added.push(Object.fromEntries(new FormData(event.target)));
    event.target.reset();
    list();
    recount();
  });

  $("#edit-save").addEventListener("submit", async (event) => {
    event.preventDefault();
    const told = $("#edit-saved");
    try {
      const response = await send("/lexicon/save", { ...edit(), version: new FormData(event.target).get("version") });
      if ((response.headers.get("content-type") || "").includes("json")) {
        const answer = await response.json();
        told.textContent = answer.fault || answer.saved;
        return;
      }
      if (!response.ok) throw new Error(String(response.status));
      const name = decodeURIComponent(response.headers.get("content-disposition").split("UTF-8''")[1]);
      const link = make("a");
      link.href = URL.createObjectURL(await response.blob());
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      told.textContent = name;
    } catch {
      told.textContent = editor.dataset.failed;
    }
  });

  recount();
}
