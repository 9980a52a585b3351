/* lupweb: the administration. Every page works without this file: arrows and buttons submit their forms. */
(() => {
  'use strict';
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const live = document.querySelector('[data-live]');
  const say = text => { live.textContent = ''; setTimeout(() => { live.textContent = text; }, 60); };
  const MARKED = { 'HX-Request': 'true' };

  // On a phone the menu is a strip that is wider than the screen: the open page is to be seen in it.
  const strip = document.querySelector('.adminnav'), open = strip && strip.querySelector('[aria-current]');
  if (open) {
    const line = open.getBoundingClientRect(), frame = strip.getBoundingClientRect();
    strip.scrollLeft += line.left - frame.left - (frame.width - line.width) / 2;
  }

  // Text that goes elsewhere by hand, such as a rule for the directory team.
  all('[data-copy-text]').forEach(button => {
    if (!navigator.clipboard) { button.hidden = true; return; }
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copyText).textContent);
      button.querySelector('span').textContent = button.dataset.done;
      say(button.dataset.done);
    });
  });

  // The same menu in every row, in place of a link to the page of its field.
  all('[data-more]').forEach(link => {
    const menu = document.getElementById('more-menu').content.firstElementChild.cloneNode(true);
    menu.querySelector('summary').setAttribute('aria-label', link.getAttribute('aria-label'));
    all('a', menu).forEach(each => { each.href = link.href.replace(/edit$/, each.dataset.page); });
    link.replaceWith(menu);
  });

  // Order. What is shown moves at once; the server is told one move after the other.
  const form = document.querySelector('[data-order]');
  if (form) {
    let telling = Promise.resolve();
    const tell = fields => {
      const body = new FormData();
      body.set('csrf_token', form.elements.csrf_token.value);
      Object.entries(fields).forEach(([name, value]) => body.set(name, value));
      telling = telling.then(async () => {
        const answer = await fetch(form.action, { method: 'POST', body, headers: MARKED });
        if (!answer.ok) throw new Error(answer.status);
      }).catch(() => location.reload());
    };
    const arrows = item => all('[data-move]', item.matches('.cat') ? item.querySelector('.cat__head') : item);
    const beside = item => [...item.parentElement.children].filter(each => each.matches(item.matches('.cat') ? '.cat' : '.frow'));
    const renew = item => beside(item).forEach((each, place, group) => arrows(each).forEach(button => {
      button.disabled = button.dataset.move === 'up' ? place === 0 : place === group.length - 1;
    }));
    const told = item => {
      const group = beside(item), place = { name: item.dataset.name, number: group.indexOf(item) + 1, count: group.length };
      say(form.dataset.said.replace(/\{(\w+)\}/g, (_, name) => place[name]));
    };

    form.addEventListener('submit', event => {
      const button = event.submitter, step = button && button.dataset.move;
      if (!step) return;
      event.preventDefault();
      const item = button.closest('.frow, .cat'), group = beside(item), place = group.indexOf(item);
      const other = group[step === 'up' ? place - 1 : place + 1];
      if (!other) return;
      if (step === 'up') other.before(item); else other.after(item);
      renew(item);
      (button.disabled ? arrows(item).find(each => !each.disabled) : button).focus();
      tell({ [button.name]: button.value });
      told(item);
    });

    // Dragging is an extra: by the handle of a row, into any category.
    let moving, from;
    const stop = isLeft => {
      if (!moving) return;
      const row = moving, list = row.parentElement;
      row.classList.remove('is-moving');
      moving = null;
      if (isLeft) { from.list.insertBefore(row, from.next); return; }
      if (from.list === list && from.next === row.nextElementSibling) return;
      [row, ...from.list.children].forEach(renew);
      const next = row.nextElementSibling;
      tell({ field: row.dataset.field, category: list.closest('.cat').dataset.category, before: next ? next.dataset.field : '' });
      told(row);
    };
    form.addEventListener('pointerdown', event => {
      const grip = event.target.closest('.grip');
      if (!grip || event.button) return;
      event.preventDefault();
      moving = grip.closest('.frow');
      from = { list: moving.parentElement, next: moving.nextElementSibling };
      moving.classList.add('is-moving');
      grip.setPointerCapture(event.pointerId);
    });
    form.addEventListener('pointermove', event => {
      if (!moving) return;
      const over = document.elementFromPoint(event.clientX, event.clientY);
      const row = over && over.closest('.frow'), cat = over && over.closest('.cat');
      if (row && row !== moving) {
        const box = row.getBoundingClientRect();
        if (event.clientY < box.top + box.height / 2) row.before(moving); else row.after(moving);
      } else if (cat && !row) {
        const list = cat.querySelector('[data-sort]');
        if (!list.contains(moving)) list.append(moving);
      }
    });
    form.addEventListener('pointerup', () => stop(false));
    form.addEventListener('pointercancel', () => stop(true));
    document.addEventListener('keydown', event => { if (event.key === 'Escape') stop(true); });
  }

  // Another type is asked other things. Nothing is stored by looking.
  const types = document.querySelector('[data-type]');
  if (types) types.addEventListener('change', async () => {
    const body = new FormData(types.form);
    body.set('look', '1');
    const answer = await fetch(location.href, { method: 'POST', body, headers: MARKED });
    if (!answer.ok) return;
    const holder = document.createElement('template');
    holder.innerHTML = await answer.text();
    document.getElementById('type-settings').replaceWith(holder.content);
    say(document.getElementById('type-settings').innerText.slice(0, 300));
  });

  // A preview follows what is chosen. Nothing is stored by looking.
  const looking = document.querySelector('[data-looks]');
  if (looking) looking.addEventListener('change', async () => {
    if (!looking.elements.preview.value.trim()) return;
    const body = new FormData(looking);
    body.set('look', '1');
    const answer = await fetch(location.href, { method: 'POST', body, headers: MARKED });
    if (!answer.ok) return;
    const holder = document.createElement('template');
    holder.innerHTML = await answer.text();
    document.getElementById(looking.dataset.looks).replaceWith(holder.content);
  });

  // A run is told every tenth of its way, and when it has ended.
  let told = -1;
  document.addEventListener('htmx:afterSettle', () => {
    const bar = document.querySelector('#active [data-percent]'), end = document.querySelector('#active [data-said]');
    const tenth = bar ? Math.floor(bar.dataset.percent / 10) : -1;
    if (end && told !== 'end') { told = 'end'; say(end.textContent); }
    else if (bar && tenth !== told) { told = tenth; say(`${bar.getAttribute('aria-label')}: ${tenth * 10} %`); }
  });

  // A form that was changed is not left without a question.
  const field = document.querySelector('[data-field-form]');
  if (field) {
    let isChanged = Boolean(document.querySelector('.note--bad'));
    field.addEventListener('input', () => { isChanged = true; });
    field.addEventListener('submit', () => { isChanged = false; });
    addEventListener('beforeunload', event => { if (isChanged) event.preventDefault(); });
  }
})();
