/* The call graph in a page: moves and searches the picture that stands in this file.
 *
 * Everything of the profile is text; the script asks nothing of any network.
 */
(function () {
  'use strict';
  const XHTML = 'http://www.w3.org/1999/xhtml', SVG = 'http://www.w3.org/2000/svg';
  const data = JSON.parse(document.getElementById('cprof-data').textContent);
  const picture = document.getElementById('cprof-graph');

  function make(tag, className, text) {
    const e = document.createElementNS(XHTML, tag);
    if (className) e.className = className;
    if (text !== undefined) e.textContent = text;
    return e;
  }

  /* ---- what is in the picture ---- */
  const nodes = [], byKey = new Map();
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
  function words(g) {
    return Array.from(g.querySelectorAll('text'), function (t) { return t.textContent; }).join(' ');
  }
  for (const g of picture.querySelectorAll('g.node')) {
    const title = ownTitle(g), key = title ? title.textContent : '';
    const node = { g: g, key: key, tip: takeTips(g), edges: [], near: [], box: null };
    if (title) title.remove();
    node.name = node.tip || words(g);
    node.isBox = /^N\d+$/.test(key);
    byKey.set(key, node);
    if (!node.isBox) continue;
    nodes.push(node);
    g.setAttribute('tabindex', nodes.length === 1 ? '0' : '-1');
    g.setAttribute('role', 'button');
    g.setAttribute('aria-label', node.name);
  }
  const edges = [];
  for (const g of picture.querySelectorAll('g.edge')) {
    const title = ownTitle(g), key = title ? title.textContent : '';
    const ends = key.split('->').map(function (k) { return byKey.get(k.split(':')[0]); });
    const edge = { g: g, tip: takeTips(g) || words(g), from: ends[0], to: ends[1] };
    if (title) title.remove();
    edges.push(edge);
    if (edge.from && edge.to) {
      edge.from.edges.push(edge);
      edge.to.edges.push(edge);
      edge.from.near.push(edge.to);
      edge.to.near.push(edge.from);
    }
  }
  for (const t of picture.querySelectorAll('g.graph > title, g.cluster > title')) t.remove();
  takeTips(picture);

  /* ---- the page ---- */
  const app = make('div', 'cprof'), header = make('header'), tools = make('div', 'tools');
  const about = make('div', 'about', data.about), box = make('input'), found = make('span', 'found');
  about.title = data.lines.join('\n');
  box.type = 'search';
  box.placeholder = 'Search (regular expression)  /';
  box.setAttribute('aria-label', 'Search nodes by regular expression');
  box.spellcheck = false;
  found.setAttribute('role', 'status');
  const out = make('button', '', '−'), into = make('button', '', '+'), fit = make('button', '', 'Fit'), keys = make('button', '', '?');
  out.setAttribute('aria-label', 'Smaller');
  into.setAttribute('aria-label', 'Larger');
  keys.setAttribute('aria-label', 'Keys');
  const zoomed = make('span', 'zoomed');
  tools.append(box, found, zoomed, out, into, fit, keys);
  header.append(make('h1', '', data.title), about, tools);
  const stage = make('div', 'stage'), view = document.createElementNS(SVG, 'svg'), moved = document.createElementNS(SVG, 'g');
  view.append(moved);
  stage.append(view);
  const tip = make('div', 'tip'), help = make('div', 'help');
  tip.hidden = help.hidden = true;
  app.append(header, stage, tip, help);
  (function keyHelp() {
    const panel = make('div'), table = make('table');
    for (const [k, what] of [['Wheel, + −', 'larger, smaller'], ['Drag, ← ↑ ↓ →', 'move the picture'], ['0  f', 'fit the picture into the window'],
      ['1', 'one to one'], ['/', 'search by regular expression'], ['n  N', 'next, previous match'], ['Click, Enter', 'a node with its callers and callees'],
      ['Tab', 'from node to node'], ['Esc', 'clear the choice, the search']]) {
      const tr = make('tr'), td = make('td');
      td.append(make('kbd', '', k));
      tr.append(td, make('td', '', what));
      table.append(tr);
    }
    panel.append(make('h1', '', 'Keys'), table);
    if (data.lines.length) panel.append(make('h1', '', 'Profile'));
    for (const l of data.lines) panel.append(make('div', '', l));
    help.append(panel);
  })();

  const root = document.documentElement;
  if (root.localName === 'svg') {
    const host = document.createElementNS(SVG, 'foreignObject');
    host.setAttribute('width', '100%');
    host.setAttribute('height', '100%');
    host.append(app);
    root.removeAttribute('viewBox');
    root.setAttribute('width', '100%');
    root.setAttribute('height', '100%');
    root.append(host);
  } else {
    const old = picture.ownerSVGElement;
    document.body.append(app);
    moved.append(picture);
    old.remove();
  }
  moved.append(picture);

  /* ---- moving ---- */
  let scale = 1, x = 0, y = 0, fitted = true;
  const bounds = picture.getBBox();
  function apply() {
    moved.setAttribute('transform', 'translate(' + x + ' ' + y + ') scale(' + scale + ')');
    /* Calls stay visible where the whole picture is small. */
    picture.style.setProperty('--thin', Math.max(1, Math.min(4, 0.75 / scale)).toFixed(2));
    zoomed.textContent = Math.round(scale * 100) + '%';
  }
  function fitAll() {
    const w = stage.clientWidth - 24, h = stage.clientHeight - 24;
    scale = Math.min(2, Math.max(0.02, Math.min(w / bounds.width, h / bounds.height)));
    x = 12 + (w - bounds.width * scale) / 2 - bounds.x * scale;
    y = 12 + (h - bounds.height * scale) / 2 - bounds.y * scale;
    fitted = true;
    apply();
  }
  function zoomAt(factor, px, py) {
    const next = Math.max(0.02, Math.min(12, scale * factor));
    x = px - (px - x) * next / scale;
    y = py - (py - y) * next / scale;
    scale = next;
    fitted = false;
    apply();
  }
  function zoomMiddle(factor) { zoomAt(factor, stage.clientWidth / 2, stage.clientHeight / 2); }
  function move(dx, dy) { x += dx; y += dy; fitted = false; apply(); }
  function centre(node) {
    if (scale < 0.7) { scale = 1; apply(); }
    const at = node.g.getBoundingClientRect(), r = stage.getBoundingClientRect();
    move(r.left + r.width / 2 - (at.left + at.width / 2), r.top + r.height / 2 - (at.top + at.height / 2));
  }
  stage.addEventListener('wheel', function (event) {
    const r = stage.getBoundingClientRect(), lines = event.deltaMode === 1 ? 16 : 1;
    zoomAt(Math.exp(-event.deltaY * lines / 400), event.clientX - r.left, event.clientY - r.top);
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
      const r = stage.getBoundingClientRect();
      const before = Math.hypot(was[0] - other[0], was[1] - other[1]), after = Math.hypot(event.clientX - other[0], event.clientY - other[1]);
      if (before > 0) zoomAt(after / before, (event.clientX + other[0]) / 2 - r.left, (event.clientY + other[1]) / 2 - r.top);
    } else {
      move(dx, dy);
    }
    travelled += Math.abs(dx) + Math.abs(dy);
    if (travelled > 4 && !stage.classList.contains('held')) {
      stage.classList.add('held');
      stage.setPointerCapture(event.pointerId);
      tip.hidden = true;
    }
    held.set(event.pointerId, [event.clientX, event.clientY]);
  });
  function release(event) {
    held.delete(event.pointerId);
    stage.classList.remove('held');
  }
  stage.addEventListener('pointerup', release);
  stage.addEventListener('pointercancel', release);
  window.addEventListener('resize', function () { if (fitted) fitAll(); });

  /* ---- tooltips ---- */
  function thingAt(target) {
    const g = target && target.closest ? target.closest('g.node, g.edge') : null;
    if (!g) return null;
    return nodes.find(function (n) { return n.g === g; }) || edges.find(function (e) { return e.g === g; }) || null;
  }
  function showTip(thing, px, py) {
    tip.replaceChildren();
    const lines = (thing.tip || thing.name || '').split('\n');
    tip.append(make('b', '', lines[0]));
    for (const l of lines.slice(1)) tip.append(make('em', '', l));
    if (thing.near) {
      const callers = thing.edges.filter(function (e) { return e.to === thing; }).length;
      tip.append(make('em', '', callers + ' callers, ' + (thing.edges.length - callers) + ' callees in this picture'));
    }
    tip.hidden = false;
    const w = tip.offsetWidth, h = tip.offsetHeight;
    tip.style.left = Math.max(4, Math.min(px + 14, app.clientWidth - w - 8)) + 'px';
    tip.style.top = (py + 20 + h > app.clientHeight ? Math.max(4, py - h - 12) : py + 20) + 'px';
  }
  stage.addEventListener('mousemove', function (event) {
    const thing = held.size ? null : thingAt(event.target);
    if (thing) showTip(thing, event.clientX, event.clientY);
    else tip.hidden = true;
  });
  stage.addEventListener('mouseleave', function () { tip.hidden = true; });

  /* ---- choosing ---- */
  let picked = null;
  function pick(node) {
    for (const g of picture.querySelectorAll('.near')) g.classList.remove('near');
    picked = node === picked ? null : node;
    picture.classList.toggle('picked', picked !== null);
    if (!picked) return;
    picked.g.classList.add('near');
    for (const e of picked.edges) e.g.classList.add('near');
    for (const n of picked.near) n.g.classList.add('near');
  }
  stage.addEventListener('click', function (event) {
    if (travelled > 4) return;
    const thing = thingAt(event.target);
    if (thing && thing.near) { pick(thing); thing.g.focus({ preventScroll: true }); } else if (!thing && picked) pick(picked);
  });

  /* ---- search ---- */
  let hits = [], at = -1, waiting = 0;
  function search(text) {
    hits = [];
    at = -1;
    for (const n of nodes) n.g.classList.remove('hit');
    box.setAttribute('aria-invalid', 'false');
    found.textContent = '';
    picture.classList.toggle('searching', text !== '');
    if (!text) return;
    let re;
    try {
      re = new RegExp(text, text === text.toLowerCase() ? 'i' : '');
    } catch (e) {
      box.setAttribute('aria-invalid', 'true');
      found.textContent = 'no regular expression';
      return;
    }
    hits = nodes.filter(function (n) { return re.test(n.name); });
    for (const n of hits) n.g.classList.add('hit');
    found.textContent = hits.length === 0 ? 'no match' : hits.length + (hits.length === 1 ? ' match' : ' matches');
  }
  function nextHit(step) {
    if (!hits.length) return;
    at = (at + step + hits.length) % hits.length;
    centre(hits[at]);
    hits[at].g.focus({ preventScroll: true });
    found.textContent = (at + 1) + ' of ' + hits.length;
  }
  box.addEventListener('input', function () {
    clearTimeout(waiting);
    waiting = setTimeout(function () { search(box.value); }, 120);
  });

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
  }
  function leave() {
    if (!help.hidden) help.hidden = true;
    else if (picked) pick(picked);
    else if (box.value) { box.value = ''; search(''); }
    tip.hidden = true;
  }
  const act = {
    '+': function () { zoomMiddle(1.25); }, '=': function () { zoomMiddle(1.25); }, '-': function () { zoomMiddle(0.8); },
    0: fitAll, f: fitAll, 1: function () { zoomMiddle(1 / scale); },
    ArrowLeft: function () { move(80, 0); }, ArrowRight: function () { move(-80, 0); },
    ArrowUp: function () { move(0, 80); }, ArrowDown: function () { move(0, -80); },
    '/': function () { box.focus(); box.select(); }, n: function () { nextHit(1); }, N: function () { nextHit(-1); },
    '?': function () { help.hidden = !help.hidden; }, Escape: leave,
    Enter: function () { if (focused()) pick(focused()); }
  };
  document.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === box) {
      if (event.key === 'Enter') {
        clearTimeout(waiting);
        if (!hits.length || at < 0) search(box.value);
        nextHit(event.shiftKey ? -1 : 1);
        box.focus();
      } else if (event.key === 'Escape') {
        box.value = '';
        search('');
        box.blur();
      }
      return;
    }
    if (event.target.localName === 'button' && (event.key === 'Enter' || event.key === ' ')) return;
    if (event.key === 'Tab' && focused()) {
      const i = nodes.indexOf(focused());
      if (event.shiftKey ? i > 0 : i < nodes.length - 1) {
        step(event.shiftKey ? -1 : 1);
        event.preventDefault();
      }
      return;
    }
    if (Object.prototype.hasOwnProperty.call(act, event.key)) {
      act[event.key]();
      event.preventDefault();
    }
  });
  out.addEventListener('click', function () { zoomMiddle(0.8); });
  into.addEventListener('click', function () { zoomMiddle(1.25); });
  fit.addEventListener('click', fitAll);
  keys.addEventListener('click', act['?']);
  help.addEventListener('click', function () { help.hidden = true; });
  fitAll();
})();
