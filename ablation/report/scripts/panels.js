// Charts with a panel a variant, of which a reader looks at a few at a time.
(function () {
  const AT_FIRST = { "figure-confusion": 2, "figure-reliability": 4, "figure-residuals": 4 };

  for (const [id, count] of Object.entries(AT_FIRST)) {
    const figure = document.getElementById(id);
    const panels = figure ? [...figure.querySelectorAll(".multiple[data-name]")] : [];
    if (panels.length <= count) continue;
    const chips = element("div", { class: "chips", role: "group", "aria-label": "variants shown" });
    panels.forEach((panel, place) => {
      const chip = element("button", { type: "button", class: "chip", "aria-pressed": String(place < count) }, panel.dataset.name);
      panel.hidden = place >= count;
      chip.addEventListener("click", () => {
        panel.hidden = !panel.hidden;
        chip.setAttribute("aria-pressed", String(!panel.hidden));
      });
      chips.append(chip);
    });
    figure.querySelector(".chart-head").append(chips);
  }
})();
