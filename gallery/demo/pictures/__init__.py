"""The project's own pictures: products, portraits and news drawn as SVG and rasterised without a browser."""
