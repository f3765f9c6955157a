const page = document.documentElement;
const specs = JSON.parse(document.getElementById("specs").textContent);
const button = document.getElementById("switch");
const words = {
  zh: { html: "zh-CN", other: "English", lang: "en", label: "Show this page in English", save: "保存图片" },
  en: { html: "en", other: "中文", lang: "zh-CN", label: "用中文显示本页", save: "Save the picture" },
};
// The interpreter instead of new Function(): the page forbids the making of code.
const options = {
  ast: true,
  renderer: "svg",
  actions: { export: true, source: false, compiled: false, editor: false },
};
let drawn = Promise.resolve();

async function draw(lang) {
  for (const place of document.querySelectorAll("[data-chart]")) {
    const spec = structuredClone(specs[place.dataset.chart][lang]);
    const saved = { ...options, downloadFileName: place.dataset.chart };
    try {
      place.view?.finalize();
      const found = await window.vegaEmbed(place, spec, saved);
      place.view = found.view;
      place.querySelector("summary")?.setAttribute("aria-label", words[lang].save);
      place.dataset.drawn = lang;
    } catch (error) {
      place.textContent = String(error);
      console.error(error);
    }
  }
  page.dataset.drawn = lang;
}

function show(lang) {
  page.dataset.lang = lang;
  page.lang = words[lang].html;
  button.textContent = words[lang].other;
  button.lang = words[lang].lang;
  button.setAttribute("aria-label", words[lang].label);
  drawn = drawn.then(() => draw(lang));
}

button.addEventListener("click", () => show(page.dataset.lang === "zh" ? "en" : "zh"));
show(new URLSearchParams(location.search).get("lang") === "en" ? "en" : "zh");
