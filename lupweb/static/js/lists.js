// Saved lists on the people page: the form to save one opens over the page, and columns are sent at once.
(() => {
  'use strict';
  const dialog = document.getElementById('list-dialog');
  const open = async link => {
    const answer = await fetch(link.href, { credentials: 'same-origin' });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const form = page.getElementById('save-list');
    if (!answer.ok || !form) throw new Error('no form');
    form.className = '';
    form.querySelector('.panel__body').className = 'stack';
    const body = dialog.querySelector('[data-body]');
    body.replaceChildren(document.adoptNode(form));
    dialog.showModal();
    body.querySelector('[name=name]').focus();
  };
  document.addEventListener('click', event => {
    const link = event.target.closest('[data-save-list]');
    if (!link || !dialog || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link).catch(() => { location.href = link.href; });
  });
  if (dialog) dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close());
  // ticking a column is no search yet: the button sends all of them together
  document.addEventListener('change', event => {
    if (event.target.closest('[data-columns]')) event.stopImmediatePropagation();
  }, true);
})();
