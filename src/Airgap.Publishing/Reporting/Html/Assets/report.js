"use strict";
(() => {
  const $ = id => document.getElementById(id);
  const root = document.documentElement;
  const data = JSON.parse($("data").textContent);
  const body = $("tree").tBodies[0];
  const columns = data.relocation ? 4 : 3;

  // Creates an element. Text is only ever set as text, never as markup.
  function make(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes ?? {})) element.setAttribute(key, value);
    element.append(...children.filter(child => child !== null && child !== undefined));
    return element;
  }

  // Names come from outside: nothing in them may be invisible or change the reading direction.
  const visible = text => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, sign => `\\u{${sign.codePointAt(0).toString(16).toUpperCase()}}`);

  function bytes(count) {
    if (count < 1000) return `${count} B`;
    let value = count, unit = -1;
    while (value >= 999.95 && unit < 3) { value /= 1000; unit++; }
    return `${value.toFixed(1)} ${["kB", "MB", "GB", "TB"][unit]}`;
  }

  // ---- the nodes: rows in the page, and rows that are created when their parent is opened

  const nodes = data.nodes.map((entry, number) => ({ ...entry, number, below: [], row: $(`n${number}`), detail: null, open: false, shown: true }));
  const tops = [];
  for (const node of nodes) {
    node.above = node.parent === undefined ? null : nodes[node.parent];
    (node.above ? node.above.below : tops).push(node);
  }
  for (const node of nodes) {
    node.isStatic = node.row !== null;
    node.open = node.isStatic && node.row.getAttribute("aria-expanded") === "true";
    node.hasDetail = node.digest !== undefined;
    node.order = node.below.slice();
    if (node.row) prepare(node);
  }
  let topOrder = tops.slice();

  function prepare(node) {
    const expandable = node.hasDetail || node.below.length > 0;
    if (expandable && !node.row.hasAttribute("aria-expanded")) node.row.setAttribute("aria-expanded", "false");
    node.row.tabIndex = -1;
    node.row.nodeOfRow = node;
  }

  const levelOf = node => node.above ? levelOf(node.above) + 1 : 1;

  function makeRow(node) {
    const level = levelOf(node);
    const row = make("tr", { role: "row", id: `n${node.number}`, class: `l${Math.min(level, 8)} ${node.kind}`, "aria-level": level, "aria-posinset": node.above.below.indexOf(node) + 1, "aria-setsize": node.above.below.length });
    const name = make("td", { role: "rowheader", class: "c-name" }, make("span", { class: "name" }, make("bdi", {}, visible(node.name))), " ", make("span", { class: "kind" }, node.kind === "platform" ? "" : node.kind), make("span", { class: "digest" }, (node.digest ?? "").slice(0, 19)));
    const place = make("td", { role: "gridcell", class: "c-place" });
    const size = make("td", { role: "gridcell", class: "c-size num" }, node.size > 0 ? bytes(node.size) : "");
    row.append(name, place, size);
    if (data.relocation) row.append(make("td", { role: "gridcell", class: "c-outcome" }, node.outcome ? make("span", { class: `pill ${node.outcome}` }, node.outcome) : null));
    node.row = row;
    prepare(node);
  }

  function makeDetail(node) {
    const facts = make("dl", { class: "facts" });
    const fact = (label, value, plain) => {
      if (value !== undefined && value !== "") facts.append(make("dt", {}, label), make("dd", plain ? {} : { class: "ref" }, make("bdi", {}, visible(value))));
    };
    fact("Digest", node.digest);
    fact("Origin", node.origin);
    fact("Read from", node.source);
    fact("Destination", node.destination);
    fact("Tags", (node.tags ?? []).join(", "));
    fact("Media type", node.type);
    for (const [key, value] of Object.entries(node.annotations ?? {})) fact(visible(key), value);
    const cell = make("td", { role: "gridcell", colspan: columns }, facts);
    if (node.blobs) cell.append(layerTable(node));
    node.detail = make("tr", { role: "row", class: "detail", "aria-level": levelOf(node) + 1 }, cell);
  }

  function layerTable(node) {
    const most = Math.max(1, ...node.blobs.map(at => data.blobs[at][1]));
    const head = make("tr", {}, ...["Config and layers", "Type", "", "Size", "Images", data.relocation ? "Outcome" : null].filter(title => title !== null).map(title => make("th", { scope: "col", class: title === "Size" || title === "Images" ? "num" : "" }, title)));
    const rows = node.blobs.map(at => {
      const [digest, size, type, outcome, uses] = data.blobs[at];
      const gauge = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      gauge.setAttribute("viewBox", "0 0 100 6"); gauge.setAttribute("preserveAspectRatio", "none"); gauge.setAttribute("aria-hidden", "true");
      for (const [style, width] of [["track", 100], [uses > 1 ? "bar-saved" : "together", Math.max(1, 100 * size / most)]]) {
        const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        rect.setAttribute("class", style); rect.setAttribute("width", width); rect.setAttribute("height", 6);
        gauge.append(rect);
      }
      return make("tr", {},
        make("td", { class: "ref" }, visible(digest)),
        make("td", { title: visible(data.types[type]) }, shortType(data.types[type])),
        make("td", { class: "gauge" }, gauge),
        make("td", { class: "num" }, bytes(size)),
        make("td", { class: "num" }, uses > 1 ? `shared by ${uses.toLocaleString("en")}` : "this one"),
        data.relocation ? make("td", {}, outcome ? make("span", { class: `pill ${outcome}` }, outcome) : "") : null);
    });
    return make("table", { class: "layers plain", "aria-label": `Layers of ${visible(node.name)}` }, make("thead", {}, head), make("tbody", {}, ...rows));
  }

  function shortType(type) {
    if (/config|container\.image\.v1\+json$/.test(type)) return "config";
    const packed = /[.+](gzip|zstd)$/.exec(type);
    return /layer|rootfs/.test(type) ? (packed ? `layer, ${packed[1]}` : "layer") : visible(type);
  }

  // ---- what is visible, and in which order

  function layout() {
    const list = [];
    const walk = (order, open) => {
      for (const node of order) {
        if (!node.row) { if (!open) continue; makeRow(node); }
        const shown = open && node.shown;
        node.row.hidden = !shown;
        list.push(node.row);
        if (node.row.hasAttribute("aria-expanded")) node.row.setAttribute("aria-expanded", String(node.open));
        if (node.open && node.hasDetail && !node.isFolder && shown && !node.detail) makeDetail(node);
        if (node.detail) { node.detail.hidden = !(shown && node.open); list.push(node.detail); }
        walk(node.order, shown && node.open);
      }
    };
    walk(topOrder, true);
    const focused = document.activeElement;
    body.replaceChildren(...list);
    if (focused && body.contains(focused) && document.activeElement !== focused) focused.focus({ preventScroll: true });
    if (!body.querySelector("tr[tabindex='0']:not([hidden])")) {
      body.querySelectorAll("tr[tabindex='0']").forEach(row => { row.tabIndex = -1; });
      const first = visibleRows()[0];
      if (first) first.tabIndex = 0;
    }
  }

  const visibleRows = () => [...body.children].filter(row => !row.hidden && row.nodeOfRow);

  function setOpen(node, open) {
    if (!node.row.hasAttribute("aria-expanded") || node.open === open) return;
    node.open = open;
    layout();
  }

  function focusRow(row) {
    if (!row) return;
    body.querySelectorAll("tr[tabindex='0']").forEach(other => { other.tabIndex = -1; });
    row.tabIndex = 0;
    row.focus();
  }

  // A bundle with images shows no details: its row contains them, and they would separate it from its images.
  for (const node of nodes) node.isFolder = node.below.some(child => child.isStatic);

  body.addEventListener("click", event => {
    const row = event.target.closest("tr");
    if (!row?.nodeOfRow || row.parentNode !== body || String(getSelection())) return;
    focusRow(row);
    setOpen(row.nodeOfRow, !row.nodeOfRow.open);
  });

  body.addEventListener("keydown", event => {
    const row = event.target.closest("tr");
    if (!row?.nodeOfRow || event.altKey || event.ctrlKey || event.metaKey) return;
    const node = row.nodeOfRow, rows = visibleRows(), at = rows.indexOf(row);
    const moves = {
      ArrowDown: () => focusRow(rows[at + 1]),
      ArrowUp: () => focusRow(rows[at - 1]),
      Home: () => focusRow(rows[0]),
      End: () => focusRow(rows[rows.length - 1]),
      ArrowRight: () => node.open ? focusRow(rows[at + 1]) : setOpen(node, true),
      ArrowLeft: () => node.open ? setOpen(node, false) : focusRow(node.above?.row),
      Enter: () => setOpen(node, !node.open),
      " ": () => setOpen(node, !node.open),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  });

  // Creating the details of very many images would take too long.
  const mayOpen = node => node.isFolder || nodes.length <= 400;
  $("expand").addEventListener("click", () => { for (const node of nodes) node.open = mayOpen(node); layout(); });
  $("collapse").addEventListener("click", () => { for (const node of nodes) node.open = false; layout(); });

  // ---- search and filter

  const textOf = node => node.text ??= [node.name, node.digest, node.origin, node.source, node.destination, ...(node.tags ?? []), ...Object.values(node.annotations ?? {}),
    ...(node.blobs ?? []).map(at => data.blobs[at][0])].join("\n").toLowerCase();
  const matches = (node, words) => words.every(word => textOf(node).includes(word)) || node.below.some(child => !child.isStatic && matches(child, words));

  function filter() {
    const words = $("find").value.trim().toLowerCase().split(/\s+/).filter(Boolean), outcome = $("pick").value;
    let found = 0, all = 0;
    const visit = node => {
      let below = false;
      for (const child of node.below) if (child.isStatic) below = visit(child) || below;
      const own = (!outcome || node.outcome === outcome) && (words.length === 0 || matches(node, words));
      if (!node.isFolder) { all++; if (own) found++; }
      node.shown = own || below;
      if (below && (words.length || outcome)) node.open = true;
      return node.shown;
    };
    tops.forEach(visit);
    layout();
    $("found").textContent = words.length || outcome ? `${found.toLocaleString("en")} of ${all.toLocaleString("en")} match` : "";
  }

  let waiting = 0;
  $("find").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 60); });
  $("find").addEventListener("keydown", event => { if (event.key === "ArrowDown") { event.preventDefault(); focusRow(visibleRows()[0]); } });
  $("pick").addEventListener("change", filter);
  for (const outcome of [...new Set(nodes.filter(node => node.isStatic && node.outcome).map(node => node.outcome))].sort())
    $("pick").append(make("option", { value: outcome }, outcome));
  $("pick").closest("label").hidden = $("pick").options.length < 3;

  // ---- sorting, among siblings

  const headers = [...document.querySelectorAll("#tree thead th")];
  const compare = { size: (a, b) => b.size - a.size };
  const textual = key => (a, b) => String(a[key] ?? "").localeCompare(String(b[key] ?? ""), "en", { numeric: true });

  function sort(header) {
    const key = header.dataset.key, before = header.getAttribute("aria-sort");
    const first = key === "size" ? "descending" : "ascending", second = key === "size" ? "ascending" : "descending";
    const next = before === null ? first : before === first ? second : null;
    for (const other of headers) other.removeAttribute("aria-sort");
    if (next) header.setAttribute("aria-sort", next);
    const order = compare[key] ?? textual(key), sign = next === second ? -1 : 1;
    const sorted = list => next ? list.slice().sort((a, b) => sign * order(a, b) || a.number - b.number) : list.slice();
    topOrder = sorted(tops);
    for (const node of nodes) if (node.below.length > 1) node.order = sorted(node.below);
    layout();
  }

  for (const header of headers) {
    const button = make("button", { type: "button" }, header.textContent);
    button.addEventListener("click", () => sort(header));
    header.replaceChildren(button);
  }

  // ---- light and dark

  const themes = ["system", "light", "dark"];
  let theme = "system";
  try { theme = themes.includes(localStorage.getItem("airgap-report-theme")) ? localStorage.getItem("airgap-report-theme") : theme; } catch { /* a sandboxed page has no storage */ }

  function applyTheme() {
    if (theme === "system") root.removeAttribute("data-theme"); else root.setAttribute("data-theme", theme);
    $("theme").textContent = `Theme: ${theme}`;
  }

  $("theme").addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    try { localStorage.setItem("airgap-report-theme", theme); } catch { /* it holds as long as the page is open */ }
    applyTheme();
  });

  // ---- printing: everything is opened first, except the details of very many images

  let closed = null;
  addEventListener("beforeprint", () => {
    closed = nodes.filter(node => !node.open);
    for (const node of nodes) node.open = node.open || mayOpen(node);
    document.querySelectorAll("details").forEach(part => { part.open = true; });
    layout();
  });
  addEventListener("afterprint", () => {
    for (const node of closed ?? []) node.open = false;
    closed = null;
    layout();
  });

  applyTheme();
  $("theme").hidden = $("tools").hidden = false;
  root.classList.add("live");
  layout();
})();
