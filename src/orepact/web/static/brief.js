// A brief that waits for its ranges: looks at the job, then at the page again.
const state = document.querySelector("#drawing");
const bar = state.querySelector("progress");
const look = async () => {
  const job = await (await fetch(state.dataset.job)).json();
  if (job.state !== "waiting" && job.state !== "running") return location.reload();
  if (job.total) { bar.max = job.total; bar.value = job.done; }
  setTimeout(look, 700);
};
look();
