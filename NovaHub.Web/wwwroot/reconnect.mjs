// Says what happens while the connection to the hub is gone, and heals it: reconnects, resumes, or loads the page anew.
const dialog = document.getElementById('components-reconnect-modal');
const text = document.getElementById('reconnect-text');
const now = document.getElementById('reconnect-now');
let retry = 0;

dialog.addEventListener('components-reconnect-state-changed', e => {
  switch (e.detail.state) {
    case 'show':
      text.textContent = 'What you see stands still. Trying to reach it again…';
      if (!dialog.open) dialog.showModal();
      break;
    case 'retrying':
      text.textContent = `What you see stands still. Trying to reach it again (attempt ${e.detail.currentAttempt})…`;
      break;
    case 'hide':
      clearTimeout(retry);
      dialog.close();
      break;
    case 'failed':
      text.textContent = 'The hub has not answered for a while. It may be stopped; this page goes on by itself once it is back.';
      retry = setTimeout(heal, 5000);
      break;
    case 'rejected':
      text.textContent = 'The hub was started again. Loading the page anew…';
      location.reload();
      break;
  }
});

async function heal() {
  clearTimeout(retry);
  try {
    const answer = await Blazor.reconnect();
    if (!answer && !(await Blazor.resumeCircuit())) location.reload();
  } catch {
    retry = setTimeout(heal, 5000);
  }
}

now.addEventListener('click', heal);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible' && dialog.open) heal();
});
