"""What a trained network expects of images between 0 and 1."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Preprocess:
    """``(scale * x - mean) / std``, mean and std per channel or one number for all.

    Example:
        >>> import numpy as np
        >>> Preprocess(mean=(0.5,), std=(0.25,))(np.ones((1, 1, 1, 1))).item()
        2.0
    """

    scale: float = 1.0
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Images [n, h, w, c] as the network expects them, float32."""
        mean, std = (np.asarray(x, np.float32) for x in (self.mean, self.std))
        return ((np.float32(self.scale) * images - mean) / std).astype(np.float32)


PREPROCESS = {
    "unit": Preprocess(),
    "bytes": Preprocess(scale=255.0),
    # Means and deviations of ImageNet, which many networks for CIFAR-10 were trained with too.
    "imagenet": Preprocess(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)),
}
