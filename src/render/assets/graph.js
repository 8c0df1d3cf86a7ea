/* The call graph in a page: moves and searches the picture that stands in this file. */
(function () {
  'use strict';
  const make = cprofPage.make;
  const READABLE = 0.7; /* the least scale at which names can be read */
  const OVERVIEW = 0.33; /* the least scale at which a picture still tells something as a whole */
  const MAP = 240;       /* px: the longest side of the map */
  const KEPT = 40;       /* px of the picture that stay in the window, wherever it is moved */
  const data = JSON.parse(document.getElementById('cprof-data').textContent);
  const picture = document.getElementById('cprof-graph');

  /* ---- what is in the picture ---- */
  const nodes = [], byKey = new Map(), things = new Map();
  function ownTitle(g) {
    for (const c of g.children) if (c.localName === 'title') return c;
    return null;
  }
  function takeTips(g) {
    const tips = new Set();
    for (const a of g.querySelectorAll('a')) {
      const t = a.getAttribute('xlink:title') || a.getAttribute('title');
      if (t) tips.add(t);
      a.removeAttribute('xlink:title');
      a.removeAttribute('title');
      a.removeAttribute('xlink:href');
      a.removeAttribute('href');
    }
    return Array.from(tips).join('\n');
  }
  function texts(g) { return Array.from(g.querySelectorAll('text'), function (t) { return t.textContent; }); }
  /* What a node weighs: the lines of its text that end in a percentage, as "flat" and "of cum". */
  function weight(g) {
    return texts(g).filter(function (t) { return /%\)$/.test(t); }).slice(-2).join(' ');
  }
  function percentage(words) { return Number((/([\d.]+)%\)$/.exec(words) || [0, 0])[1]); }
  /* The same hue for a dark page: light fills become dark ones, dark lines become light enough. */
  function dark(colour, line) {
    const c = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/.exec(colour);
    if (!c) return '';
    const [r, g, b] = [c[1], c[2], c[3]].map(function (h) { return parseInt(h, 16) / 255; });
    const high = Math.max(r, g, b), low = Math.min(r, g, b), span = high - low, light = (high + low) / 2;
    const hue = span === 0 ? 0 : high === r ? ((g - b) / span + 6) % 6 : high === g ? (b - r) / span + 2 : (r - g) / span + 4;
    const full = span === 0 ? 0 : span / (1 - Math.abs(2 * light - 1));
    const l = line ? Math.max(light, 0.5) : 0.13 + (1 - light) * 1.1;
    return 'hsl(' + Math.round(hue * 60) + ' ' + Math.round(full * (line ? 80 : 100)) + '% ' + Math.round(l * 100) + '%)';
  }
  for (const e of picture.querySelectorAll('.node path, .node polygon, .edge path, .edge polygon')) {
    const fill = dark(e.getAttribute('fill'), e.parentNode.closest('.edge') !== null), line = dark(e.getAttribute('stroke'), true);
    if (fill) e.style.setProperty('--fill', fill);
    if (line) e.style.setProperty('--line', line);
  }
  for (const g of picture.querySelectorAll('g.node')) {
    const title = ownTitle(g), key = title ? title.textContent : '';
    const node = { g: g, tip: takeTips(g), weight: weight(g), edges: [], near: [] };
    if (title) title.remove();
    node.name = node.tip || texts(g).join(' ');
    things.set(g, node);
    node.isBox = /^N\d+$/.test(key);
    byKey.set(key, node);
    if (!node.isBox) continue;
    nodes.push(node);
    g.setAttribute('tabindex', nodes.length === 1 ? '0' : '-1');
    g.setAttribute('role', 'button');
    g.setAttribute('aria-label', node.name + ' ' + node.weight);
    g.setAttribute('aria-pressed', 'false');
  }
  for (const g of picture.querySelectorAll('g.edge')) {
    const title = ownTitle(g), key = title ? title.textContent : '';
    const ends = key.split('->').map(function (k) { return byKey.get(k.split(':')[0]); });
    const edge = { g: g, tip: takeTips(g) || texts(g).join(' '), from: ends[0], to: ends[1] };
    if (title) title.remove();
    things.set(g, edge);
    if (edge.from && edge.to) {
      edge.from.edges.push(edge);
      edge.to.edges.push(edge);
      edge.from.near.push(edge.to);
      edge.to.near.push(edge.from);
    }
  }
  function heavier(a, b) { return a && percentage(a.weight) >= percentage(b.weight) ? a : b; }
  /* Where the heaviest calls begin: from the heaviest node up, to its heaviest caller each time. */
  const heaviest = (function climb() {
    const seen = new Set();
    let at = null;
    for (let next = nodes.reduce(heavier, null); next;) {
      seen.add(at = next);
      next = at.edges.filter(function (e) { return e.to === at && e.from.isBox && !seen.has(e.from); })
        .map(function (e) { return e.from; }).reduce(heavier, null);
    }
    return at;
  })();
  /* What the picture leaves out stands in its legend alone. */
  const legend = Array.from(byKey.values()).find(function (n) { return !n.isBox && !n.edges.length; });
  const lines = data.lines.concat(legend ? texts(legend.g).filter(function (t) { return t.trim() && !data.lines.includes(t); }) : []);
  for (const t of picture.querySelectorAll('g.graph > title, g.cluster > title')) t.remove();
  takeTips(picture);

  /* ---- the page ---- */
  const app = make('div', 'cprof'), header = make('header'), tools = make('div', 'tools');
  const title = make('h1', '', data.title), about = make('div', 'about', data.about);
  title.title = data.title;
  about.title = lines.join('\n');
  const box = cprofPage.search('Search nodes by regular expression', function () { return nodes.map(function (n) { return n.name; }); },
    showHits, nextHit,
    function () {});
  const zoomed = make('span', 'zoomed');
  tools.append(box.box, box.found, zoomed, cprofPage.button('−', 'Smaller (−)', function () { zoomMiddle(0.8); }),
    cprofPage.button('+', 'Larger (+)', function () { zoomMiddle(1.25); }), cprofPage.button('Fit', 'The whole picture (f)', fitAll));
  header.append(title, about, tools);
  const stage = make('div', 'stage'), view = document.createElementNS(cprofPage.SVG, 'svg'), moved = document.createElementNS(cprofPage.SVG, 'g');
  view.append(moved);
  stage.append(view);
  app.append(header, stage);
  const tip = cprofPage.tooltip(app);
  const help = cprofPage.helpPanel(app, [['Wheel  +  −', 'larger, smaller'], ['Drag  ←  ↑  ↓  →', 'move the picture'],
    ['f  0', 'fit the picture into the window'], ['1', 'one to one'],
    ['Home', 'where the heaviest calls begin'], ['m', 'the map: show or hide'], ['/', 'search by regular expression'], ['n  N', 'next, previous match'],
    ['Click  Enter', 'a node with its callers and callees'], ['Double click', 'a node close by'], ['Tab', 'from node to node'],
    ['Esc', 'clear the choice, the search']], lines);
  tools.append(cprofPage.button('?', 'Keys (?)', help.toggle));
  cprofPage.mount(app, picture, moved);

  /* ---- moving ---- */
  let scale = 1, x = 0, y = 0, printing = false, thin = '';
  let resting = null; /* what put the picture where it is; null: somebody moved it */
  let place = stage.getBoundingClientRect(); /* asking for it again makes the browser lay out all text */
  const bounds = picture.getBBox();
  function within(value, low, high) { return Math.min(Math.max(value, low), high); }
  function apply() {
    x = within(x, KEPT - (bounds.x + bounds.width) * scale, place.width - KEPT - bounds.x * scale);
    y = within(y, KEPT - (bounds.y + bounds.height) * scale, place.height - KEPT - bounds.y * scale);
    moved.setAttribute('transform', 'translate(' + x + ' ' + y + ') scale(' + scale + ')');
    /* Calls stay visible where the whole picture is small. */
    const wanted = Math.max(1, Math.min(4, 0.75 / scale)).toFixed(1);
    if (wanted !== thin) picture.style.setProperty('--thin', thin = wanted);
    zoomed.textContent = Math.round(scale * 100) + '%';
    showWindow();
  }
  function fitAll() {
    place = stage.getBoundingClientRect();
    const w = place.width - 24, h = place.height - 24;
    scale = Math.min(2, Math.max(0.02, Math.min(w / bounds.width, h / bounds.height)));
    x = 12 + (w - bounds.width * scale) / 2 - bounds.x * scale;
    y = 12 + (h - bounds.height * scale) / 2 - bounds.y * scale;
    resting = fitAll;
    apply();
  }
  /* Where the heaviest calls begin, large enough to be read, and no more empty paper than must be. */
  function toHeaviest() {
    place = stage.getBoundingClientRect();
    const box = boxOf(heaviest.g);
    scale = within(place.width / 2000, READABLE, 1);
    x = place.width / 2 - (box.x + box.width / 2) * scale;
    y = place.height / 6 - (box.y + box.height / 2) * scale;
    x = within(x, place.width - 12 - (bounds.x + bounds.width) * scale, 12 - bounds.x * scale);
    y = within(y, place.height - 12 - (bounds.y + bounds.height) * scale, 12 - bounds.y * scale);
    resting = toHeaviest;
    apply();
  }
  function start() {
    fitAll();
    if (scale < OVERVIEW && heaviest) toHeaviest();
    resting = start;
  }
  function zoomAt(factor, px, py) {
    const next = Math.max(0.02, Math.min(12, scale * factor));
    x = px - (px - x) * next / scale;
    y = py - (py - y) * next / scale;
    scale = next;
    resting = null;
    apply();
  }
  function zoomMiddle(factor) { zoomAt(factor, place.width / 2, place.height / 2); }
  function move(dx, dy) { x += dx; y += dy; resting = null; apply(); }
  function wheel(event) { return Math.exp(-event.deltaY * (event.deltaMode === 1 ? 16 : 1) / 400); }
  function centre(node) {
    if (scale < READABLE) { scale = 1; apply(); }
    const at = node.g.getBoundingClientRect(), r = stage.getBoundingClientRect();
    move(r.left + r.width / 2 - (at.left + at.width / 2), r.top + r.height / 2 - (at.top + at.height / 2));
  }
  stage.addEventListener('wheel', function (event) {
    zoomAt(wheel(event), event.clientX - place.left, event.clientY - place.top);
    event.preventDefault();
  }, { passive: false });
  const held = new Map();
  let travelled = 0;
  stage.addEventListener('pointerdown', function (event) {
    if (event.button !== 0) return;
    held.set(event.pointerId, [event.clientX, event.clientY]);
    travelled = 0;
  });
  stage.addEventListener('pointermove', function (event) {
    const was = held.get(event.pointerId);
    if (!was) return;
    const dx = event.clientX - was[0], dy = event.clientY - was[1];
    if (held.size === 2) {
      const other = Array.from(held).find(function (h) { return h[0] !== event.pointerId; })[1];
      const before = Math.hypot(was[0] - other[0], was[1] - other[1]), after = Math.hypot(event.clientX - other[0], event.clientY - other[1]);
      if (before > 0) zoomAt(after / before, (event.clientX + other[0]) / 2 - place.left, (event.clientY + other[1]) / 2 - place.top);
    } else {
      move(dx, dy);
    }
    travelled += Math.abs(dx) + Math.abs(dy);
    if (travelled > 4 && !stage.classList.contains('held')) {
      stage.classList.add('held');
      stage.setPointerCapture(event.pointerId);
      tip.hide();
    }
    held.set(event.pointerId, [event.clientX, event.clientY]);
  });
  function release(event) {
    held.delete(event.pointerId);
    stage.classList.remove('held');
  }
  stage.addEventListener('pointerup', release);
  stage.addEventListener('pointercancel', release);
  window.addEventListener('resize', function () {
    place = stage.getBoundingClientRect();
    layMap();
    if (resting && !printing) resting();
    else apply();
  });

  /* ---- the map: all of the picture, small, and where the window is in it ---- */
  const map = make('div', 'map'), chart = document.createElementNS(cprofPage.SVG, 'svg');
  const pane = document.createElementNS(cprofPage.SVG, 'rect');
  let mapped = true, grip = null; /* what lies between the pointer and the pane's middle while it is dragged */
  /* Neither side so short that nothing could be seen. */
  const plan = { width: Math.max(bounds.width, bounds.height / 6), height: Math.max(bounds.height, bounds.width / 6) };
  plan.x = bounds.x - (plan.width - bounds.width) / 2;
  plan.y = bounds.y - (plan.height - bounds.height) / 2;
  /* A shape's place in the picture's own units. */
  function boxOf(g) {
    const shape = g.querySelector('path, polygon') || g, box = shape.getBBox();
    const to = picture.getScreenCTM().inverse().multiply(shape.getScreenCTM());
    return { x: box.x * to.a + to.e, y: box.y * to.d + to.f, width: box.width * to.a, height: box.height * to.d };
  }
  function drawMap() {
    const calls = document.createElementNS(cprofPage.SVG, 'path'), graph = picture.querySelector('g.graph');
    const to = picture.getScreenCTM().inverse().multiply(graph.getScreenCTM());
    calls.setAttribute('class', 'calls');
    calls.setAttribute('transform', 'matrix(' + [to.a, to.b, to.c, to.d, to.e, to.f].join(' ') + ')');
    calls.setAttribute('d', Array.from(picture.querySelectorAll('.edge path'), function (p) { return p.getAttribute('d'); }).join(''));
    chart.append(calls);
    for (const node of byKey.values()) {
      const box = boxOf(node.g), shape = node.g.querySelector('path, polygon');
      node.spot = document.createElementNS(cprofPage.SVG, 'rect');
      for (const side of ['x', 'y', 'width', 'height']) node.spot.setAttribute(side, box[side].toFixed(1));
      if (node.isBox && shape) {
        node.spot.setAttribute('fill', shape.getAttribute('stroke'));
        node.spot.style.setProperty('--line', shape.style.getPropertyValue('--line'));
      }
      chart.append(node.spot);
    }
    pane.setAttribute('class', 'pane');
    chart.append(pane);
    chart.setAttribute('viewBox', [plan.x, plan.y, plan.width, plan.height].join(' '));
    chart.setAttribute('aria-hidden', 'true');
    map.tabIndex = 0;
    map.setAttribute('role', 'application');
    map.setAttribute('aria-label', 'Map of the picture: arrow keys move the window');
    map.title = 'Drag to move the window (m hides the map)';
    map.append(chart);
    app.insertBefore(map, stage);
  }
  function layMap() {
    const k = Math.min(MAP / plan.width, MAP / plan.height, place.width / 4 / plan.width, place.height / 3 / plan.height);
    chart.setAttribute('width', Math.round(plan.width * k));
    chart.setAttribute('height', Math.round(plan.height * k));
  }
  function showWindow() {
    const from = [-x / scale, -y / scale], to = [(place.width - x) / scale, (place.height - y) / scale];
    const all = from[0] <= bounds.x + 1 && from[1] <= bounds.y + 1 && to[0] >= bounds.x + bounds.width - 1 &&
      to[1] >= bounds.y + bounds.height - 1;
    map.hidden = all || !mapped;
    const left = Math.max(from[0], plan.x), top = Math.max(from[1], plan.y);
    pane.setAttribute('x', left);
    pane.setAttribute('y', top);
    pane.setAttribute('width', Math.max(0, Math.min(to[0], plan.x + plan.width) - left));
    pane.setAttribute('height', Math.max(0, Math.min(to[1], plan.y + plan.height) - top));
  }
  function pointed(event) {
    const r = chart.getBoundingClientRect();
    return [plan.x + (event.clientX - r.left) / r.width * plan.width, plan.y + (event.clientY - r.top) / r.height * plan.height];
  }
  /* How far the point is from the window's middle, in the picture's units. */
  function off(point) { return [point[0] - (place.width / 2 - x) / scale, point[1] - (place.height / 2 - y) / scale]; }
  function drag(event) {
    const d = off(pointed(event));
    move((grip[0] - d[0]) * scale, (grip[1] - d[1]) * scale);
  }
  map.addEventListener('pointerdown', function (event) {
    if (event.button !== 0) return;
    const d = off(pointed(event));
    const inside = Math.abs(d[0]) * 2 * scale <= place.width && Math.abs(d[1]) * 2 * scale <= place.height;
    grip = inside ? d : [0, 0];
    map.setPointerCapture(event.pointerId);
    drag(event);
  });
  map.addEventListener('pointermove', function (event) { if (grip) drag(event); });
  for (const end of ['pointerup', 'pointercancel']) map.addEventListener(end, function () { grip = null; });
  map.addEventListener('wheel', function (event) {
    zoomMiddle(wheel(event));
    event.preventDefault();
  }, { passive: false });
  function toggleMap() {
    mapped = !mapped;
    showWindow();
  }

  /* ---- printing: what is seen, as large as the paper allows; all of it where nobody has moved it ---- */
  window.addEventListener('beforeprint', function () {
    const w = stage.clientWidth / scale, h = stage.clientHeight / scale;
    const seen = resting ? [bounds.x, bounds.y, bounds.width, bounds.height] : [-x / scale, -y / scale, w, h];
    printing = true;
    view.setAttribute('viewBox', seen.join(' '));
    moved.removeAttribute('transform');
    picture.style.setProperty('--thin', thin = '1');
  });
  window.addEventListener('afterprint', function () {
    printing = false;
    view.removeAttribute('viewBox');
    apply();
  });

  /* ---- tooltips ---- */
  function thingAt(target) {
    const g = target && target.closest ? target.closest('g.node, g.edge') : null;
    return g ? things.get(g) : null;
  }
  function showTip(thing, px, py) {
    const words = tip.element, lines = (thing.tip || thing.name || '').split('\n');
    words.replaceChildren(make('b', '', lines[0]));
    for (const l of lines.slice(1)) words.append(make('em', '', l));
    if (thing.weight) words.append(make('em', '', thing.weight));
    if (thing.near) {
      const callers = thing.edges.filter(function (e) { return e.to === thing; }).length;
      words.append(make('em', '', cprofPage.plural(callers, 'caller', 'callers') + ', ' +
        cprofPage.plural(thing.edges.length - callers, 'callee', 'callees') + ' in this picture'));
    }
    tip.show(px, py);
  }
  stage.addEventListener('mousemove', function (event) {
    const thing = held.size ? null : thingAt(event.target);
    if (thing) showTip(thing, event.clientX, event.clientY);
    else tip.hide();
  });
  stage.addEventListener('mouseleave', tip.hide);

  /* ---- choosing ---- */
  let picked = null;
  function pick(node) {
    for (const g of picture.querySelectorAll('.near')) g.classList.remove('near');
    if (picked) picked.g.setAttribute('aria-pressed', 'false');
    picked = node === picked ? null : node;
    picture.classList.toggle('picked', picked !== null);
    if (!picked) return;
    picked.g.setAttribute('aria-pressed', 'true');
    picked.g.classList.add('near');
    for (const e of picked.edges) e.g.classList.add('near');
    for (const n of picked.near) n.g.classList.add('near');
  }
  stage.addEventListener('click', function (event) {
    if (travelled > 4) return;
    const thing = thingAt(event.target);
    if (thing && thing.near) { pick(thing); thing.g.focus({ preventScroll: true }); } else if (!thing && picked) pick(picked);
  });

  stage.addEventListener('dblclick', function (event) {
    const thing = thingAt(event.target);
    if (thing && thing.near) centre(thing);
    else zoomAt(2, event.clientX - place.left, event.clientY - place.top);
  });

  /* ---- search ---- */
  let hits = [], at = -1;
  function mark(node, hit) {
    node.g.classList.toggle('hit', hit);
    node.spot.classList.toggle('hit', hit);
  }
  function showHits(flags) {
    for (const n of hits) mark(n, false);
    hits = flags ? nodes.filter(function (n, i) { return flags[i]; }) : [];
    at = -1;
    for (const n of hits) mark(n, true);
    picture.classList.toggle('searching', flags !== null);
    if (flags) box.say(hits.length === 0 ? 'no match' : cprofPage.plural(hits.length, 'match', 'matches'));
  }
  function nextHit(step) {
    if (!hits.length) return;
    at = at < 0 && step < 0 ? hits.length - 1 : (at + step + hits.length) % hits.length;
    centre(hits[at]);
    if (document.activeElement !== box.box) hits[at].g.focus({ preventScroll: true });
    box.say((at + 1) + ' of ' + hits.length);
  }

  /* ---- keys ---- */
  function focused() { return nodes.find(function (n) { return n.g === document.activeElement; }) || null; }
  function step(by) {
    const i = nodes.indexOf(focused()), next = nodes[(i + by + nodes.length) % nodes.length];
    for (const n of nodes) n.g.setAttribute('tabindex', n === next ? '0' : '-1');
    next.g.focus({ preventScroll: true });
    const r = next.g.getBoundingClientRect(), s = stage.getBoundingClientRect();
    if (r.left < s.left || r.right > s.right || r.top < s.top || r.bottom > s.bottom) centre(next);
    const seen = next.g.getBoundingClientRect();
    showTip(next, seen.left, seen.bottom - 14);
    return true;
  }
  function tab(event) {
    const i = nodes.indexOf(focused()), last = event.shiftKey ? 0 : nodes.length - 1;
    return i < 0 || i === last ? false : step(event.shiftKey ? -1 : 1);
  }
  /* On the map a step is a third of the window. */
  function arrow(dx, dy) {
    const far = document.activeElement === map;
    move(dx * (far ? place.width / 3 : 80), dy * (far ? place.height / 3 : 80));
  }
  function leave() {
    tip.hide();
    if (help.close()) return;
    if (picked) pick(picked);
    else if (box.box.value) box.clear();
  }
  const act = {
    '+': function () { zoomMiddle(1.25); }, '=': function () { zoomMiddle(1.25); }, '-': function () { zoomMiddle(0.8); },
    0: fitAll, f: fitAll, 1: function () { zoomMiddle(1 / scale); },
    ArrowLeft: function () { arrow(1, 0); }, ArrowRight: function () { arrow(-1, 0); },
    ArrowUp: function () { arrow(0, 1); }, ArrowDown: function () { arrow(0, -1); },
    Home: function () { if (heaviest) toHeaviest(); }, m: toggleMap,
    '/': box.focus, n: function () { nextHit(1); }, N: function () { nextHit(-1); },
    '?': help.toggle, Escape: leave, Tab: tab,
    Enter: function () { if (focused()) pick(focused()); }
  };
  cprofPage.listen(box, act);
  drawMap();
  layMap();
  start();
})();
