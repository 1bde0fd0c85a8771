"use strict";
const meta = (name) => document.querySelector(`meta[name="operations-${name}"]`).content;
const words = JSON.parse(meta("words"));
const lost = document.getElementById("lost");
const log = document.getElementById("log");
const keep = 5000;
let logStream;

const events = new EventSource("/api/events");
events.onopen = () => { lost.hidden = true; };
events.onerror = () => { lost.hidden = false; };
events.onmessage = (message) => {
  for (const resource of JSON.parse(message.data).resources) {
    const row = document.getElementById(`resource-${resource.name}`);
    if (!row) continue;
    for (const field of ["state", "health", "pid", "restarts"]) {
      const cell = row.querySelector(`[data-field="${field}"]`);
      const value = resource[field] ?? "";
      if (cell.dataset.value !== undefined) cell.dataset.value = value;
      cell.textContent = words[value] ?? value;
    }
  }
};

const follow = (name) => {
  logStream?.close();
  log.replaceChildren();
  document.getElementById("log-name").textContent = `${words.logs} · ${name}`;
  logStream = new EventSource(`/api/resources/${encodeURIComponent(name)}/logs`);
  logStream.onmessage = (message) => {
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
    log.append(...JSON.parse(message.data).map((line) => document.createTextNode(line + "\n")));
    while (log.childNodes.length > keep) log.firstChild.remove();
    if (atEnd) log.scrollTop = log.scrollHeight;
  };
};

document.addEventListener("click", async (click) => {
  const { logs, action, name } = click.target.dataset;
  if (logs) follow(logs);
  if (action)
    await fetch(`/api/resources/${encodeURIComponent(name)}/${action}`, {
      method: "POST",
      headers: { "X-Operations-Token": meta("token") },
    });
});
