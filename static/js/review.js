/* The review grid: marks and counts the rows that changed, asks before leaving them unsaved, and
   sends nothing on Enter in a field. */
(() => {
  const form = document.querySelector("form.review");
  const button = form.querySelector(".review-end button");
  let unsaved = false;
  form.addEventListener("input", (event) => {
    unsaved = true;
    event.target.closest(".review-row")?.classList.add("is-changed");
    const count = form.querySelectorAll(".is-changed").length;
    if (count) button.textContent = count === 1 ? "Enregistrer 1 ligne changée" : `Enregistrer ${count} lignes changées`;
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input, select")) event.preventDefault();
  });
  form.addEventListener("submit", () => { unsaved = false; });
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
})();
