// A page whose ranges are being drawn looks again when the job has ended.
const POLL = 700; // ms between looks
const status = document.querySelector("[data-job]");
const bar = status?.querySelector("progress");

const look = async () => {
  const reply = await fetch(`/api/v1/jobs/${status.dataset.job}`);
  const job = await reply.json();
  if (!reply.ok) {
    status.textContent = job.detail || job.title;
    status.className = "wrong";
  } else if (job.state === "done") {
    location.reload();
  } else {
    if (job.total > 1) [bar.max, bar.value] = [job.total, job.done];
    setTimeout(look, POLL);
  }
};

if (status) look().catch(() => setTimeout(look, 5 * POLL));
