/* Stars without a new page. Without this file the same buttons send the form they belong to. */
(() => {
  'use strict';
  const live = document.querySelector('[data-live]');
  const turn = (button, isStarred) => {
    button.name = isStarred ? 'unstar' : 'star';
    button.setAttribute('aria-pressed', isStarred);
  };
  document.addEventListener('click', async event => {
    const button = event.target.closest('button.star');
    if (!button?.form || button.dataset.busy) { if (button) event.preventDefault(); return; }
    event.preventDefault();
    button.dataset.busy = '1';
    const body = new URLSearchParams(new FormData(button.form));
    body.append(button.name, button.value);
    try {
      const answer = await fetch(button.form.action, { method: 'POST', body, headers: { 'HX-Request': 'true' } });
      if (!answer.ok) throw new Error(answer.status);
      const isStarred = button.name === 'star';
      document.querySelectorAll(`button.star[value="${button.value}"]`).forEach(each => turn(each, isStarred));
      live.textContent = button.form.dataset[isStarred ? 'added' : 'removed'] || '';
    } catch {
      // the page says what is wrong, where a script could only be silent
      const sent = document.createElement('input');
      sent.type = 'hidden';
      [sent.name, sent.value] = [button.name, button.value];
      button.form.append(sent);
      button.form.submit();
    } finally {
      delete button.dataset.busy;
    }
  });
})();
