/* What the scripts of all pages share: elements, the search, the tooltip, the panel of keys.
 *
 * Everything of the profile is data: it reaches the document as text only (textContent), never as markup, as an
 * address or as code.  The scripts ask nothing of any network.
 */
const cprofPage = (function () {
  'use strict';
  const XHTML = 'http://www.w3.org/1999/xhtml', SVG = 'http://www.w3.org/2000/svg';
  const PATIENCE = 2000; /* ms that a search may take */

  function make(tag, className, text) {
    const e = document.createElementNS(XHTML, tag);
    if (className) e.className = className;
    if (text !== undefined) e.textContent = text;
    return e;
  }
  function button(text, label, act) {
    const e = make('button', '', text);
    e.title = label;
    e.setAttribute('aria-label', label);
    e.addEventListener('click', act);
    return e;
  }
  function plural(n, one, many) { return n + ' ' + (n === 1 ? one : many); }

  /* ---- matching ---- */

  /* A thread of its own: an expression that takes for ever must not hold the page. */
  function serve() {
    let names = [];
    self.onmessage = function (event) {
      const ask = event.data;
      if (ask.names) {
        names = ask.names;
        return;
      }
      const re = new RegExp(ask.source, ask.flags);
      const flags = new Uint8Array(names.length);
      for (let i = 0; i < names.length; i++) flags[i] = re.test(names[i]) ? 1 : 0;
      self.postMessage(flags, [flags.buffer]);
    };
  }
  /* Where there are no threads: as far as the time allows, or null. */
  function matchHere(re, names) {
    const flags = new Uint8Array(names.length), end = performance.now() + PATIENCE;
    for (let i = 0; i < names.length; i++) {
      if ((i & 63) === 0 && performance.now() > end) return null;
      flags[i] = re.test(names[i]) ? 1 : 0;
    }
    return flags;
  }
  /* ask(re, then): then(a flag a name), or then(null) where it takes too long; cancel(): nobody waits any more. */
  function matcher(names) {
    let worker = null, timer = 0, threads = typeof Worker === 'function';
    function stop() {
      clearTimeout(timer);
      timer = 0;
      if (worker) worker.terminate();
      worker = null;
    }
    function start() {
      const url = URL.createObjectURL(new Blob(['(' + serve + ')()'], { type: 'text/javascript' }));
      worker = new Worker(url);
      setTimeout(function () { URL.revokeObjectURL(url); }, PATIENCE);
      worker.postMessage({ names: names() });
    }
    function askHere(re, then) {
      stop();
      threads = false;
      then(matchHere(re, names()));
    }
    function ask(re, then) {
      try {
        if (threads && !worker) start();
      } catch (e) {
        threads = false;
      }
      if (!threads) {
        askHere(re, then);
        return;
      }
      worker.onmessage = function (event) {
        clearTimeout(timer);
        timer = 0;
        then(event.data);
      };
      worker.onerror = function (event) {
        event.preventDefault();
        askHere(re, then);
      };
      timer = setTimeout(function () { stop(); then(null); }, PATIENCE);
      worker.postMessage({ source: re.source, flags: re.flags });
    }
    return { ask: ask, cancel: function () { if (timer) stop(); } };
  }
  /* Without capitals it matches capitals too; (?i) and (?-i) in front, as other tools know them, say it outright. */
  function expression(text) {
    const flag = (/^\(\?-?i\)/.exec(text) || [''])[0], bare = text.slice(flag.length);
    return new RegExp(bare, flag === '(?i)' || (!flag && bare === bare.toLowerCase()) ? 'i' : '');
  }

  /* The search box.  names(): what is searched.  show(flags): marks the matches, and all as it was for null.
   * next(step): goes to the next match or the one before.  left(): the box was left with Esc. */
  function search(label, names, show, next, left) {
    const box = make('input'), found = make('span', 'found'), match = matcher(names);
    let waiting = 0, asked = '', answered = true;
    box.type = 'search';
    box.placeholder = 'Search: regexp   ( / )';
    box.title = label;
    box.setAttribute('aria-label', label);
    box.spellcheck = false;
    found.setAttribute('role', 'status');
    function say(text, more) {
      found.textContent = text;
      found.title = more || '';
    }
    function refuse(text, more) {
      box.setAttribute('aria-invalid', 'true');
      show(null);
      say(text, more);
    }
    function run(then) {
      clearTimeout(waiting);
      match.cancel();
      asked = box.value;
      answered = true;
      box.setAttribute('aria-invalid', 'false');
      say('');
      if (!asked) {
        show(null);
        return;
      }
      let re;
      try {
        re = expression(asked);
      } catch (e) {
        refuse('not a regular expression', String(e.message).split(': ').pop());
        return;
      }
      answered = false;
      match.ask(re, function (flags) {
        answered = true;
        if (!flags) {
          refuse('takes too long', 'matching took more than ' + PATIENCE / 1000 + ' s: a simpler expression may do');
          return;
        }
        show(flags);
        if (then) then();
      });
    }
    function clear() {
      box.value = '';
      run();
    }
    box.addEventListener('input', function () {
      clearTimeout(waiting);
      waiting = setTimeout(run, 120);
    });
    function key(event) {
      if (event.key === 'Enter') {
        const step = event.shiftKey ? -1 : 1;
        if (box.value === asked && answered) next(step);
        else run(function () { next(step); });
      } else if (event.key === 'Escape') {
        clear();
        box.blur();
        left();
      } else {
        return;
      }
      event.preventDefault();
    }
    return {
      box: box, found: found, say: say, clear: clear, key: key,
      set: function (text) { box.value = text; run(); },
      focus: function () { box.focus(); box.select(); }
    };
  }

  /* ---- tooltip ---- */
  function tooltip(app) {
    const tip = make('div', 'tip');
    tip.hidden = true;
    app.append(tip);
    return {
      element: tip,
      hide: function () { tip.hidden = true; },
      show: function (x, y) { beside(app, tip, x, y); }
    };
  }
  /* Shows an element beside the point, and within the window whatever it holds. */
  function beside(app, e, x, y) {
    e.hidden = false;
    const w = e.offsetWidth, h = e.offsetHeight, width = app.clientWidth, height = app.clientHeight;
    const below = y + 20 + h <= height - 4;
    e.style.left = Math.max(4, Math.min(x + 14, width - w - 8)) + 'px';
    e.style.top = (below ? y + 20 : Math.max(4, y - h - 12)) + 'px';
  }

  /* ---- keys ---- */
  function helpPanel(app, list, lines) {
    const help = make('div', 'help'), panel = make('div', 'panel'), table = make('table');
    let before = null; /* what had the keyboard */
    for (const [keys, what] of list) {
      const tr = make('tr'), td = make('td');
      for (const k of keys.split('  ')) td.append(make('kbd', '', k), ' ');
      tr.append(td, make('td', '', what));
      table.append(tr);
    }
    panel.append(make('h2', '', 'Keys'), table);
    if (lines.length) panel.append(make('h2', '', 'Profile'));
    for (const l of lines) panel.append(make('p', '', l));
    panel.tabIndex = -1;
    panel.setAttribute('role', 'dialog');
    panel.setAttribute('aria-modal', 'true');
    panel.setAttribute('aria-label', 'Keys');
    help.append(panel);
    help.hidden = true;
    help.addEventListener('click', close);
    app.append(help);
    /* Whether there was something to close. */
    function close() {
      if (help.hidden) return false;
      help.hidden = true;
      if (before) before.focus({ preventScroll: true });
      return true;
    }
    return {
      toggle: function () {
        if (close()) return;
        before = document.activeElement;
        help.hidden = false;
        panel.focus();
      },
      close: close
    };
  }
  /* acts: by key.  In the search box keys are text, buttons keep theirs, and an open panel can be scrolled and
   * closed. */
  function listen(box, acts) {
    document.addEventListener('keydown', function (event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target === box.box) {
        box.key(event);
        return;
      }
      if (event.target.className === 'panel' && event.key !== 'Escape' && event.key !== '?') {
        if (event.key === 'Tab') event.preventDefault();
        return;
      }
      if (event.target.localName === 'button' && (event.key === 'Enter' || event.key === ' ')) return;
      if (!Object.prototype.hasOwnProperty.call(acts, event.key)) return;
      if (acts[event.key](event) !== false) event.preventDefault();
    });
  }

  /* Fills the window with the page.  The drawing that stood there without script moves into `into`, or goes. */
  function mount(app, picture, into) {
    const root = document.documentElement, old = picture.ownerSVGElement;
    if (into) into.append(picture);
    if (root.localName === 'svg') {
      const host = document.createElementNS(SVG, 'foreignObject');
      root.removeAttribute('viewBox');
      for (const e of [root, host]) {
        e.setAttribute('width', '100%');
        e.setAttribute('height', '100%');
      }
      host.append(app);
      root.append(host);
      if (!into) picture.remove();
    } else {
      old.remove();
      document.body.append(app);
    }
  }

  return {
    SVG: SVG, make: make, button: button, plural: plural, search: search, tooltip: tooltip, beside: beside, helpPanel: helpPanel,
    listen: listen, mount: mount
  };
})();
