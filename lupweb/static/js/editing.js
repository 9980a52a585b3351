/* lupweb: what the edit form and the crop page gain from a script. They work without this file. */
(() => {
  'use strict';
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  // What was typed before this script was there, so that it counts as a change.
  const early = all('[data-edit] :is(input[type=text], input[type=tel], input[type=email], input[type=url], textarea)')
    .filter(field => field.value !== field.defaultValue);
  const svg = name => {
    const drawn = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
    const sprite = document.querySelector('svg use').getAttribute('href').split('#')[0];
    use.setAttribute('href', `${sprite}#${name}`);
    drawn.setAttribute('class', 'ico ico--s');
    drawn.setAttribute('aria-hidden', 'true');
    drawn.append(use);
    return drawn;
  };
  const made = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    element.append(...children);
    return element;
  };

  // Several values: a chip for each, and a line to add one. What stands in the line is sent, too.
  const quoted = (text, separator) => (separator === ',' && /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const inQuotes = text => /^".*"$/.test(text);
  const plain = text => (inQuotes(text) ? text.slice(1, -1).replaceAll('""', '"') : text);
  const separated = text => text.match(/\s*"(?:[^"]|"")*"\s*(?=,|$)|[^,]+/g) || []; // a comma in quotes separates nothing
  const parts = (text, separator) => (separator === ',' ? separated(text) : text.includes('"') ? [text] : text.split(separator)).map(part => part.trim()).filter(Boolean);
  all('[data-many]').forEach(many => {
    const { many: separator, remove, values } = many.dataset, entry = all('input.in', many).at(-1);
    const chips = made('ul', { class: 'chips' });
    const changed = () => many.dispatchEvent(new Event('change', { bubbles: true }));
    const add = value => {
      const shown = separator === ',' ? plain(value) : value;
      if (all('input[type=hidden]', chips).some(each => each.value === value)) return;
      const button = made('button', { type: 'button', class: 'chip__x', 'aria-label': remove.replace('%(value)s', shown) }, svg('x'));
      const text = made('span', { dir: 'auto' }, shown);
      const chip = made('li', { class: 'chip chip--on' }, text, made('input', { type: 'hidden', name: entry.name, value }), button);
      button.addEventListener('click', () => { chip.remove(); chips.hidden = !chips.children.length; entry.focus(); changed(); });
      chips.append(chip);
      chips.hidden = false;
    };
    const take = () => {
      const texts = parts(entry.value, separator);
      if (!texts.length) return;
      texts.forEach(text => add(inQuotes(text) ? text : quoted(text, separator)));
      entry.value = '';
      changed();
    };
    all('[data-one]', many).forEach(each => each.remove());
    entry.value = '';
    many.prepend(chips);
    chips.hidden = true;
    JSON.parse(values).forEach(add);
    entry.addEventListener('chosen', take);
    entry.addEventListener('keydown', event => {
      if (event.key === 'Enter' && entry.hasAttribute('aria-activedescendant')) return; // the list box chooses
      if (event.key === 'Enter' && !event.defaultPrevented && entry.value.trim()) { event.preventDefault(); take(); }
      else if (event.key === separator && entry.value.trim() && !entry.value.includes('"')) { event.preventDefault(); take(); }
    });
    entry.addEventListener('blur', take);
  });

  // Three numbers that say which square is shown become sliders; dragging moves the picture.
  const cropper = within => {
    const frame = within.querySelector('[data-crop]'), image = within.querySelector('[data-whole]');
    const of = Object.fromEntries(all('[data-of-crop]', within).map(each => [each.dataset.ofCrop, each]));
    const draw = () => {
      if (!image.naturalWidth) return;
      const side = Math.min(image.naturalWidth, image.naturalHeight) * 100 / of.zoom_percent.value, scale = frame.clientWidth / side;
      Object.assign(image.style, {
        width: `${image.naturalWidth * scale}px`,
        left: `${-(image.naturalWidth - side) * scale * of.across.value / 100}px`,
        top: `${-(image.naturalHeight - side) * scale * of.down.value / 100}px`,
      });
    };
    const begin = () => { frame.classList.add('is-live'); draw(); };
    Object.values(of).forEach(each => {
      Object.assign(each, { type: 'range', className: 'range' });
      each.addEventListener('input', draw);
    });
    image.addEventListener('load', begin);
    if (image.complete && image.naturalWidth) begin();
    addEventListener('resize', draw);
    let from = null;
    frame.addEventListener('pointerdown', event => {
      from = { x: event.clientX, y: event.clientY, across: +of.across.value, down: +of.down.value };
      frame.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    frame.addEventListener('pointerup', () => { from = null; });
    frame.addEventListener('pointermove', event => {
      if (!from) return;
      const room = { x: image.clientWidth - frame.clientWidth, y: image.clientHeight - frame.clientHeight };
      if (room.x > 0) of.across.value = from.across - (event.clientX - from.x) * 100 / room.x;
      if (room.y > 0) of.down.value = from.down - (event.clientY - from.y) * 100 / room.y;
      draw();
    });
    return { image, of, draw, reset: () => { of.zoom_percent.value = 100; of.across.value = 50; of.down.value = 50; } };
  };
  all('[data-cropper]').forEach(within => { within.cropper = cropper(within); });

  const form = document.querySelector('[data-edit]');
  if (!form) return;

  // A chosen picture is cut before it is sent.
  const file = form.querySelector('[data-picture]'), dialog = document.getElementById('crop');
  if (file && dialog) {
    const { image, of, reset, draw } = dialog.querySelector('[data-cropper]').cropper;
    const tooLarge = form.querySelector('[data-too-large]'), chosen = form.querySelector('[data-chosen]'), avatar = form.querySelector('[data-avatar]');
    const before = avatar.innerHTML;
    const forget = () => {
      file.value = '';
      chosen.textContent = '';
      avatar.innerHTML = before;
      all('[data-cut]', form).forEach(each => each.remove());
    };
    const preview = () => {
      const canvas = made('canvas', { width: 192, height: 192, class: 'av av--l', 'aria-hidden': 'true' });
      const side = Math.min(image.naturalWidth, image.naturalHeight) * 100 / of.zoom_percent.value;
      const left = (image.naturalWidth - side) * of.across.value / 100, top = (image.naturalHeight - side) * of.down.value / 100;
      canvas.getContext('2d').drawImage(image, left, top, side, side, 0, 0, 192, 192);
      avatar.replaceChildren(canvas);
    };
    file.addEventListener('change', () => {
      const [picked] = file.files;
      all('[data-cut]', form).forEach(each => each.remove());
      tooLarge.hidden = !picked || picked.size <= +file.dataset.picture;
      if (!picked) { forget(); return; }
      if (!tooLarge.hidden) { forget(); return; }
      chosen.textContent = picked.name;
      image.onload = () => { reset(); dialog.showModal(); draw(); };
      image.onerror = () => {};  // the server says what is wrong with it
      URL.revokeObjectURL(image.src);
      image.src = URL.createObjectURL(picked);
    });
    all('[data-crop-close]', dialog).forEach(button => button.addEventListener('click', () => dialog.close('cancel')));
    dialog.addEventListener('cancel', () => { dialog.returnValue = 'cancel'; });
    dialog.querySelector('[data-crop-use]').addEventListener('click', () => {
      Object.values(of).forEach(each => form.append(made('input', { type: 'hidden', name: each.name, value: each.value, 'data-cut': '' })));
      preview();
      dialog.close('use');
    });
    dialog.addEventListener('close', () => {
      if (dialog.returnValue !== 'use') forget();
      dialog.returnValue = '';
      count();
      form.querySelector('label[for=picture]').scrollIntoView({ block: 'nearest' });
    });
  }

  // How many fields differ from what was there; leaving with changes is asked about.
  const said = form.querySelector('[data-changes]'), isUnsaved = 'unsaved' in form.dataset, words = said.textContent;
  const IGNORED = /^(csrf_token|revision|choice-.*|crop-.*)$/;
  const state = () => {
    const found = new Map();
    for (const [name, value] of new FormData(form)) {
      if (IGNORED.test(name)) continue;
      const text = typeof value === 'string' ? value.trim().replaceAll('\r\n', '\n') : value.name;
      if (text) found.set(name, `${found.get(name) || ''}\n${text}`);
    }
    return found;
  };
  const typed = early.map(field => field.value);
  for (const field of early) field.value = field.defaultValue;
  const first = state();
  early.forEach((field, place) => { field.value = typed[place]; });
  let changes = 0, isSent = false;
  const count = () => {
    const now = state(), names = new Set([...first.keys(), ...now.keys()]);
    changes = [...names].filter(name => first.get(name) !== now.get(name)).length;
    if (isUnsaved && !changes) said.textContent = words;
    else said.textContent = changes === 1 ? said.dataset.one : changes ? said.dataset.manyChanges.replace('%(n)s', changes) : said.dataset.none;
  };
  form.addEventListener('input', count);
  form.addEventListener('change', count);
  count();
  form.addEventListener('submit', event => {
    if (isSent) event.preventDefault();  // the second of two clicks
    isSent = true;
  });
  addEventListener('pageshow', event => { if (event.persisted) { isSent = false; count(); } });
  addEventListener('beforeunload', event => {
    if (!isSent && (changes || isUnsaved)) event.preventDefault();
  });
})();
